/// A value of a history: equal numbers are equal bytes.
package struct ValueNumber: Hashable, Sendable {
    package var rawValue: Int32

    /// No value: the key is not there.
    package static let absent = ValueNumber(0)

    package init(_ rawValue: Int32) { self.rawValue = rawValue }

    /// The number as a position in an array.
    var index: Int { Int(rawValue) }
}
