extension Group {
    /// Asserts what `Group` promises about itself; free in release builds.
    package func checkInvariants() {
        assert(log.truncated.index <= appliedIndex, "only applied entries are dropped")
        assert(appliedIndex <= handedOut && handedOut <= commitIndex, "applied ≤ handed out ≤ commit")
        assert(commitIndex <= log.lastIndex, "committed entries are in the log")
        assert(durability.persistedIndex <= log.lastIndex, "the disk holds no more than the log")
        assert(handedOut <= durability.persistedIndex, "nothing is applied before it is written")
        assert(log.cachedFirst <= min(handedOut, durability.persistedIndex).next, "needed entries are in memory")
        assert(log.last.term <= term, "no entry is of a later term")
        assert(
            durability.isHardStateDurable ? withheld.allSatisfy { $0.index > persistedIndex } : true,
            "nothing is withheld without a reason")
        assert((role == .leader) == (leader?.replica == member.replica), "a leader knows itself, and only a leader")
        assert(role == .leader || leadership.progress.isEmpty, "only a leader keeps progress")
        assert(role != .leader || progressIsSound, "the leader's view is consistent")
    }

    private var progressIsSound: Bool {
        let others = configuration.members.filter { $0.replica != member.replica }
        return leadership.progress.map(\.member) == others
            && leadership.progress.allSatisfy {
                $0.match < $0.next && $0.next <= log.lastIndex.next && $0.inflightBytes >= 0
            } && leadership.uncommittedBytes >= 0
    }
}
