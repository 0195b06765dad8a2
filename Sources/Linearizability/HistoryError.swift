/// A line that is not what `dshard bench --history` writes.
package struct HistoryError: Error, Equatable, CustomStringConvertible {
    /// Counted from 1.
    package var line: Int
    /// What was expected, or what is too large.
    package var reason: String

    package init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }

    package var description: String { "line \(line): \(reason)" }
}
