/// Why bytes from outside were not accepted. A socket that sends them is closed; a log or record that holds them stops
/// its replica (rule 24). Never a trap.
package enum WireError: Error, Equatable, Sendable {
    /// The bytes end before what they announce.
    case truncated
    /// A length or count beyond what is allowed, seen before memory was taken for it.
    case tooLarge(limit: Int, actual: Int)
    /// The CRC32C does not match.
    case badChecksum
    /// A kind or format byte that this version does not know.
    case unknownKind(UInt8)
    /// A field whose value makes no sense; the text names the field.
    case badValue(StaticString)
    /// The other side does not speak this protocol at all.
    case badMagic
    /// The other side speaks another version of the protocol.
    case version(theirs: UInt16)
    /// Bytes follow where an entry or record must end.
    case trailingBytes

    /// Fields are compared by their names.
    package static func == (a: WireError, b: WireError) -> Bool {
        switch (a, b) {
        case (.truncated, .truncated), (.badChecksum, .badChecksum), (.badMagic, .badMagic),
            (.trailingBytes, .trailingBytes):
            true
        case (.tooLarge(let limit, let actual), .tooLarge(let otherLimit, let otherActual)):
            limit == otherLimit && actual == otherActual
        case (.unknownKind(let kind), .unknownKind(let other)): kind == other
        case (.badValue(let field), .badValue(let other)): field.description == other.description
        case (.version(let theirs), .version(let other)): theirs == other
        default: false
        }
    }
}
