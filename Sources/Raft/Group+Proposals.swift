/// New entries. A leader only ever appends (paper §5.3, leader append-only).
extension Group {
    /// Where the next proposal will stand, so that the host can encode the entry first; nil unless this replica
    /// takes proposals.
    package var nextProposal: (index: LogIndex, term: Term)? {
        guard role == .leader, leadership.transfer == nil, !isRemovedLeader else { return nil }
        return (log.lastIndex.next, term)
    }

    /// Appends `payload`; it leaves through `Ready.committed` once a quorum has it, unless another leader's entry
    /// takes its index.
    package mutating func propose(_ payload: Payload, now: Instant) throws(ProposeError) -> LogIndex {
        defer { checkInvariants() }
        try checkProposable()
        let content = Entry<Payload>.Content.payload(payload)
        let bytes = Entry(index: .zero, term: term, content: content).byteCount
        // One entry of any size may pass, or it never would.
        guard leadership.uncommittedBytes == 0 || leadership.uncommittedBytes + bytes <= limits.uncommittedBytesMax
        else { throw .tooMuchUncommitted }
        guard !isFullAtBarrier else { throw .waitsAtBarrier }
        return appendAsLeader(content)
    }

    /// The same for an entry that changes what the shard is (rule 27): not beside another one or a configuration that
    /// waits to be applied, and not before an entry of this term is. Others of its kind are the host's to know.
    package mutating func propose(administrative payload: Payload, now: Instant) throws(ProposeError) -> LogIndex {
        try checkAdministrative()
        return try propose(payload, now: now)
    }

    /// Throws what `propose(administrative:)` would throw now, but for the bytes.
    package func checkAdministrative() throws(ProposeError) {
        try checkProposable()
        guard !configurations.hasUnapplied, !configuration.isJoint else { throw .configurationPending }
        guard appliedIndex >= leadership.firstIndex else { throw .nothingAppliedInTerm }
    }

    func checkProposable() throws(ProposeError) {
        guard role == .leader, !isRemovedLeader else { throw .notLeader(hint: leaderHint) }
        guard leadership.transfer == nil else { throw .leadershipTransferInProgress }
    }

    @discardableResult
    mutating func appendAsLeader(_ content: Entry<Payload>.Content) -> LogIndex {
        let entry = Entry(index: log.lastIndex.next, term: term, content: content)
        add(entry)
        durability.noteLogChange(from: entry.index)
        leadership.uncommittedBytes += entry.byteCount
        leadership.hasWork = true
        return entry.index
    }
}
