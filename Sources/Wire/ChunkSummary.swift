package import Raft

/// Which entries a chunk has, told without its contents.
package struct ChunkSummary: Sendable, Equatable {
    /// The index of the first entry.
    package private(set) var firstIndex: LogIndex
    /// The index of the last entry.
    package private(set) var lastIndex: LogIndex
    /// In order, the first one from `firstIndex` on.
    package private(set) var termRuns: [TermRun]

    /// A chunk of one entry.
    package init(firstIndex: LogIndex, term: Term) {
        self.firstIndex = firstIndex
        lastIndex = firstIndex
        termRuns = [TermRun(firstIndex: firstIndex, term: term)]
    }

    /// One entry more.
    package mutating func append(index: LogIndex, term: Term) {
        lastIndex = index
        if termRuns.last?.term != term { termRuns.append(TermRun(firstIndex: index, term: term)) }
    }

    /// Entries of one term, from `firstIndex` up to the next run or the end.
    package struct TermRun: Hashable, Sendable {
        /// The index of the run's first entry.
        package var firstIndex: LogIndex
        package var term: Term

        package init(firstIndex: LogIndex, term: Term) {
            self.firstIndex = firstIndex
            self.term = term
        }
    }
}
