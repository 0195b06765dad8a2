/// What a replica is built from: a fresh group, or what its stores hold after a restart (rule 16).
package struct Restored<Payload: EntryPayload>: Sendable {
    /// As of `applied`; newer configurations are found in `entries` (rule 27).
    package var configuration: Configuration
    package var hardState: HardState
    /// The last entry dropped from the log, or the base of the snapshot the replica came from.
    package var truncated: LogPosition
    /// The last entry whose effects the applier has written.
    package var applied: LogPosition
    /// The terms of (`truncated`, `lastIndex`].
    package var termRuns: [TermRun]
    /// Every entry after `applied`.
    package var entries: [Entry<Payload>]
    /// The end of the log.
    package var lastIndex: LogIndex

    package init(
        configuration: Configuration, hardState: HardState = HardState(), truncated: LogPosition = LogPosition(),
        applied: LogPosition = LogPosition(), termRuns: [TermRun] = [], entries: [Entry<Payload>] = [],
        lastIndex: LogIndex = .zero
    ) {
        self.configuration = configuration
        self.hardState = hardState
        self.truncated = truncated
        self.applied = applied
        self.termRuns = termRuns
        self.entries = entries
        self.lastIndex = lastIndex
    }

    /// Whether the parts fit together. What throws here is a store that forgot something: the replica is
    /// suspect (rules 15 and 16), and must not be built from it.
    package func validate() throws(RestoreError) {
        guard truncated.index <= applied.index else { throw .truncatedBeyondApplied }
        guard applied.index <= lastIndex else { throw .appliedBeyondLog }
        guard hardState.commit <= lastIndex else { throw .commitBeyondLog }
        guard lastIndex.rawValue < UInt64.max / 2, max(hardState.term, truncated.term) < Term.limit else {
            throw .outOfRange
        }
        try validateRuns()
        try validateEntries()
        guard !configuration.voters.isEmpty else { throw .noVoters }
        let lastTerm = termRuns.last?.term ?? .zero
        guard hardState.term >= lastTerm else { throw .termBehindLog }
    }

    private func validateRuns() throws(RestoreError) {
        if lastIndex == truncated.index {
            guard termRuns.isEmpty else { throw .termRunsDoNotFit }
        } else {
            guard termRuns.first?.first == truncated.index.next else { throw .termRunsDoNotFit }
        }
        var previous = TermRun(first: truncated.index, term: truncated.term)
        for (position, run) in termRuns.enumerated() {
            let termGrows = position == 0 ? run.term >= previous.term : run.term > previous.term
            guard run.first > previous.first, run.first <= lastIndex, termGrows else { throw .termRunsDoNotFit }
            previous = run
        }
    }

    private func validateEntries() throws(RestoreError) {
        guard UInt64(entries.count) == applied.index.distance(to: lastIndex) else { throw .entriesDoNotFit }
        let log = Log<Payload>(truncated: truncated, lastIndex: lastIndex, runs: termRuns, entries: [])
        guard log.term(at: applied.index) == applied.term else { throw .entriesDoNotFit }
        var expected = applied.index
        for entry in entries {
            expected = expected.next
            guard entry.index == expected, log.term(at: entry.index) == entry.term else { throw .entriesDoNotFit }
        }
    }
}
