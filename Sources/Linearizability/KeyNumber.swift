/// A key of a history, counted in the order in which the history names keys first.
package struct KeyNumber: Hashable, Sendable {
    package var rawValue: Int32

    package init(_ rawValue: Int32) { self.rawValue = rawValue }

    /// The number as a position in an array.
    var index: Int { Int(rawValue) }
}
