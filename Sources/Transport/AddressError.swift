/// A text that is no address; the reason says how to write it.
package struct AddressError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was given.
    package let text: String
    /// What is wrong with it.
    package let reason: String

    init(_ text: String, _ reason: String) {
        self.text = text
        self.reason = reason
    }

    /// One line for a person.
    package var description: String { "\"\(text)\" is no address: \(reason)" }
}
