/// An index and the term of the entry there; two logs that share a position agree up to it (paper §5.3).
package struct LogPosition: Hashable, Sendable {
    /// Zero before the first entry; the term is zero then too.
    package var index: LogIndex
    package var term: Term

    package init(index: LogIndex = .zero, term: Term = .zero) {
        self.index = index
        self.term = term
    }

    /// Whether a log that ends here is at least as up to date as one that ends at `other` (paper §5.4.1).
    package func isUpToDate(with other: LogPosition) -> Bool {
        term != other.term ? term > other.term : index >= other.index
    }
}
