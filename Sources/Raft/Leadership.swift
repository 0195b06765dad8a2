/// What a replica keeps only while it leads; empty otherwise.
struct Leadership: Sendable {
    /// The other members, in the order of replica ids.
    var progress: [Progress] = []
    var reads = ReadRounds()
    var transfer: Transfer?
    var since: Instant = .distantPast
    /// The index of this term's first entry: nothing is served or reconfigured before it is applied.
    var firstIndex: LogIndex = .zero
    /// A timeout-now was sent in this term, so another leader may exist at any moment (rule 5).
    var hasGivenUpLease = false
    /// Where the commit index stood one promise ago.
    var commits = CommitHistory()
    /// Bytes of the log beyond the commit index.
    var uncommittedBytes = 0
    /// When followers must be told a commit index that no append carried.
    var commitNoticeAt: Instant?
    /// When a quorum that fell silent ends this leadership; nil while one is heard.
    var checkQuorumAt: Instant?
    /// Something may have to be sent.
    var hasWork = false

    struct Transfer: Sendable {
        var target: ReplicaID
        var id: TransferID
        /// One election timeout after the request.
        var endsAt: Instant
        /// Timeout-now has been sent.
        var isSent = false
    }

    func index(of replica: ReplicaID) -> Int? {
        progress.firstIndex { $0.member.replica == replica }
    }
}
