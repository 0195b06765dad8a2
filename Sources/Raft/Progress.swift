/// What a leader knows of one other member, in its term.
///
/// - `match` < `next` ≤ last index + 1; everything up to `match` is durable there.
/// - `probe`, `snapshot`, `diskFull`: at most one append in flight, `next` does not run ahead.
/// - `replicate`: `next` is optimistic; `inflights` are in the order sent, windows by count and bytes.
struct Progress: Sendable {
    let member: Member
    var match: LogIndex = .zero
    var next: LogIndex
    var state: FollowerState = .probe
    /// Appends without an answer, oldest first.
    private(set) var inflights: [Inflight] = []
    private(set) var inflightBytes = 0
    /// The greatest commit index sent, and the greatest it has acknowledged.
    var toldCommit: LogIndex = .zero
    var confirmedCommit: LogIndex = .zero
    /// The newest send time it has answered in this term; leases and check-quorum count from it.
    var answeredSentAt: Instant = .distantPast
    /// It acknowledged this leader in this term, so answers between the nodes speak for it (rule 7).
    var hasAcknowledged = false
    /// It said that it left this term: nothing between the nodes speaks for it until the term ends (rule 7).
    var hasLeft = false
    /// Answers to messages sent before this came from a process that is gone.
    var acknowledgedFrom: Instant = .distantPast
    /// Its node is silent: no timers and no appends until it is heard again.
    var isSilent = false
    /// No append before this (disk full, unreachable, failed load).
    var pausedUntil: Instant?
    /// A load of entries from this index is on its way.
    var loadingFrom: LogIndex?
    /// After a snapshot: the log is kept until it has what was appended while the snapshot was on its way.
    var catchUp: CatchUp?
    /// Appends that timed out since the last answer; resends become rarer with them.
    var timeouts = 0

    init(member: Member, next: LogIndex) {
        self.member = member
        self.next = next
    }

    struct Inflight: Sendable {
        var last: LogIndex
        var bytes: Int
        var commit: LogIndex
        var sentAt: Instant
    }

    struct CatchUp: Sendable {
        /// The snapshot's index.
        var from: LogIndex
        /// The end of the log when the snapshot was installed.
        var through: LogIndex
    }

    /// The log may not be truncated further than this for its sake; nil when the general limit suffices.
    var truncationCeiling: LogIndex? {
        if case .snapshot(let index) = state { return index }
        guard let catchUp, !isSilent, state != .diskFull else { return nil }
        return max(catchUp.from, match)
    }

    /// Whether it still needs something to hold all of a log that ends at `last`, with `commit` known.
    func lacks(last: LogIndex, commit: LogIndex) -> Bool {
        !hasAcknowledged && !hasLeft || match < last || confirmedCommit < commit
    }

    /// Whether another append may be sent now.
    func canSend(_ limits: Limits) -> Bool {
        guard !isSilent, pausedUntil == nil, loadingFrom == nil else { return false }
        guard state == .replicate else { return inflights.isEmpty }
        return inflights.count < limits.inflightMessagesMax && inflightBytes < limits.inflightBytesMax
    }

    /// When something must be done without an answer; nil when nothing is awaited.
    func deadline(_ limits: Limits) -> Instant? {
        guard !isSilent else { return nil }
        if let pausedUntil { return pausedUntil }
        guard let oldest = inflights.first else { return nil }
        let patience = Interval(nanoseconds: limits.resendAfter.nanoseconds << Int64(min(timeouts, 4)))
        return oldest.sentAt + patience
    }

    mutating func sent(_ inflight: Inflight) {
        inflights.append(inflight)
        inflightBytes += inflight.bytes
        toldCommit = max(toldCommit, inflight.commit)
        if state == .replicate { next = max(next, inflight.last.next) }
    }

    /// From here on one append at a time, after what is known to match or where `next` says.
    mutating func probe(from next: LogIndex, as state: FollowerState = .probe) {
        self.state = state
        self.next = max(next, match.next)
        inflights.removeAll()
        inflightBytes = 0
        toldCommit = confirmedCommit
    }

    /// Whatever is in flight may be lost: asks again where the logs meet, from what is known so far.
    mutating func probeAgain() {
        probe(from: state == .replicate ? match.next : next, as: state.isSnapshot ? state : .probe)
    }

    /// It holds the log durably up to `match`, in answer to the append sent at `sentAt`.
    mutating func accepted(_ match: LogIndex, sentAt: Instant) {
        let answered = inflights.firstIndex { $0.sentAt == sentAt }
        var hasGap = false
        if let answered {
            confirmedCommit = max(confirmedCommit, min(inflights[answered].commit, match))
            hasGap = inflights[...answered].contains { $0.last > match }
            inflightBytes -= inflights[...answered].reduce(0) { $0 + $1.bytes }
            inflights.removeFirst(answered + 1)
        }
        let provesNext = match.next >= next
        self.match = max(self.match, match)
        if let catchUp, self.match >= catchUp.through { self.catchUp = nil }
        if state == .replicate {
            next = max(next, self.match.next)
            // An earlier append was lost on the way although a later one was answered.
            if hasGap { probe(from: self.match.next) }
        } else if answered != nil || provesNext {
            probe(from: self.match.next, as: .replicate)
        }
    }

    /// Whether a rejection of the append after `index` is news and not a late or repeated one.
    func expectsRejection(of index: LogIndex) -> Bool {
        guard index > match else { return false }
        return state == .replicate ? index < next : index == next.previous
    }
}
