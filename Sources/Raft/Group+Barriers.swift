/// Entries that the user prepares for: before such a one nothing is handed out, while everything else goes on. And what
/// another group's log says of this one: entries that are committed, though nobody has told it yet (rule 33).
extension Group {
    /// Takes the entry at `barrier` out, as if it was handed out: the user sees to it now. Nil when there is none, or
    /// while something before it is not applied or a snapshot is being installed.
    package mutating func takeBarrier() -> Entry<Payload>? {
        guard let entry = waitingEntry, isReadyForBarrier else { return nil }
        defer { checkInvariants() }
        barrier = nil
        handedOut = entry.index
        return entry
    }

    /// Whether no more entries are taken, since those behind `barrier` stay in memory. The wait ends without them:
    /// either what the user prepares comes about here, or a snapshot that some leader has goes past the barrier. A
    /// leader appends nothing more but the first entry of its term.
    var isFullAtBarrier: Bool { barrier != nil && log.cachedBytes >= limits.barrierBytesMax }

    /// The entry at `barrier`.
    package var waitingEntry: Entry<Payload>? {
        barrier.flatMap { log.entries(from: $0, through: $0)?.first }
    }

    /// Whether everything before `barrier` is applied, and no snapshot is about to go past it.
    package var isReadyForBarrier: Bool {
        barrier != nil && installing == nil && appliedIndex == handedOut
    }

    /// Takes the entry at `position` for committed, on the word of somebody who knows. False, and nothing changed, when
    /// it is neither in this log nor part of the state.
    package mutating func learnCommitted(_ position: LogPosition) -> Bool {
        defer { checkInvariants() }
        guard position.index > appliedIndex else { return true }
        guard log.term(at: position.index) == position.term else { return false }
        guard position.index > commitIndex else { return true }
        commitIndex = position.index
        learnedCommit = position.index
        if role == .leader {
            countUncommitted()
            leadership.hasWork = true
        }
        return true
    }

    /// Whether every member holds the entry at `index` durably, as this leader knows.
    package func isHeldByAll(_ index: LogIndex) -> Bool {
        role == .leader && durability.persistedIndex >= index && commitIndex >= index
            && leadership.progress.allSatisfy { $0.match >= index }
    }

    /// Whether this leader may speak for the group: everything that it knows to be committed is applied, something of
    /// its own term among it, and it holds a lease.
    package func mayTestify(now: Instant, neighbours: Neighbourhood) -> Bool {
        role == .leader && appliedIndex >= leadership.firstIndex && appliedIndex >= commitIndex
            && leaseExpiry(neighbours: neighbours) > now
    }
}
