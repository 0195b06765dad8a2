/// The effects of everything since the last turn.
extension Group {
    /// Whether `takeReady` would return something.
    package var hasReady: Bool {
        role == .leader && leadership.hasWork || durability.hasPending || committable > handedOut || !ready.isEmpty
            || isRemovedLeader || mustLeaveJoint
    }

    /// Takes the effects. Called once per turn for each group that was touched, so that what arrived together
    /// leaves together: one disk request, and one append per follower.
    package mutating func takeReady(now: Instant) -> Ready<Payload> {
        defer { checkInvariants() }
        leaveJoint()
        replicate(now: now)
        // Only after its followers were told that they are without it.
        if isRemovedLeader { leaveLeadership(now: now) }
        takePersist()
        takeCommitted()
        noteCoverage()
        log.shrinkCache(
            to: limits.cacheBytesMax, useless: replicatedEverywhere, floor: min(handedOut, durability.persistedIndex))
        var taken = nothing
        swap(&taken, &ready)
        return taken
    }

    /// Entries up to here may be applied: committed, and written by the own disk (rule 9). None while a snapshot takes
    /// the place of the state.
    private var committable: LogIndex {
        guard installing == nil else { return handedOut }
        let written = isPlanted(.appliedBeforeWritten) ? commitIndex : min(commitIndex, durability.persistedIndex)
        return barrier.map { min(written, $0.previous) } ?? written
    }

    private mutating func takePersist() {
        guard durability.hasPending else { return }
        let base = durability.pendingBase
        let hardState =
            durability.isHardStatePending || base != nil
            ? HardState(term: term, vote: vote, commit: commitIndex) : nil
        let entries = durability.pendingFirst.flatMap { log.entries(from: $0, through: log.lastIndex) } ?? []
        let token = durability.issue(term: term, last: log.last)
        ready.persist = Ready.Persist(hardState: hardState, entries: Array(entries), token: token, base: base)
    }

    private mutating func takeCommitted() {
        guard committable > handedOut else { return }
        var entries = Array(log.entries(from: handedOut.next, through: committable) ?? [])
        handedOut = committable
        if let position = entries.firstIndex(where: \.isBarrier) {
            barrier = entries[position].index
            handedOut = entries[position].index.previous
            entries.removeSubrange(position...)
        }
        ready.committed = entries
    }

    /// With an acknowledgement on its way to the leader, the nodes' control frames speak for this pair.
    private mutating func noteCoverage() {
        guard !isCovered, role == .follower, let leader else { return }
        isCovered = ready.messages.contains { outgoing in
            outgoing.to == leader && outgoing.message.acknowledgesLeader && outgoing.message.term == term
        }
    }
}
