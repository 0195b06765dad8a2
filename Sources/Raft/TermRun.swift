/// Consecutive entries of one term: from `first` to the entry before the next run.
///
/// A log of millions of entries has a handful of runs, so the terms of all its entries stay in memory.
package struct TermRun: Hashable, Sendable {
    /// The index of the run's first entry.
    package var first: LogIndex
    package var term: Term

    package init(first: LogIndex, term: Term) {
        self.first = first
        self.term = term
    }
}
