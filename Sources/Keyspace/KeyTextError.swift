/// Where a text form stops making sense.
package struct KeyTextError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The offset of the offending backslash, in UTF-8 bytes.
    package var offset: Int

    package init(offset: Int) { self.offset = offset }

    /// One line that says what to do.
    package var description: String {
        "unknown escape at byte \(offset): write \\\\ for a backslash, \\xNN for a byte"
    }
}
