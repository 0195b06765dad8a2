package import Raft

/// What a scan of one log found at start.
package struct RecoveredLog: Hashable, Sendable {
    /// Nil: never written.
    package var hardState: HardState?
    /// Where the log starts: the index and term of the entry before its first; zero for a log from the beginning.
    package var truncatedIndex: LogIndex
    /// The term of the entry at `truncatedIndex`.
    package var truncatedTerm: Term
    /// Cover (`truncatedIndex`, `lastIndex`], ascending in both fields; empty for an empty log.
    package var termRuns: [TermRun]
    /// The end of the log; `truncatedIndex` when it is empty.
    package var lastIndex: LogIndex

    package init(
        hardState: HardState? = nil, truncatedIndex: LogIndex = .zero, truncatedTerm: Term = .zero,
        termRuns: [TermRun] = [], lastIndex: LogIndex = .zero
    ) {
        self.hardState = hardState
        self.truncatedIndex = truncatedIndex
        self.truncatedTerm = truncatedTerm
        self.termRuns = termRuns
        self.lastIndex = lastIndex
    }

    /// The term at the end of the log.
    package var lastTerm: Term { termRuns.last?.term ?? truncatedTerm }
}
