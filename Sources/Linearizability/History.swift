/// What all clients saw of a store in which every key was absent at first.
///
/// Operations stand in no particular order. Keys and values are kept once, in the text form of the command line, which
/// is the same for the same bytes.
package struct History: Sendable {
    /// All operations; their times are of one clock.
    package private(set) var operations: [HistoryOperation] = []
    private var keys = ByteInterner()
    /// Number 0 stands for "absent", so a value's number is one more than the interner's.
    private var values = ByteInterner()

    /// A history in which nothing has happened.
    package init() {}

    /// How many different keys are named.
    package var keyCount: Int { keys.count }

    /// All value numbers are below this.
    package var valueCount: Int { values.count + 1 }

    /// The key's text.
    package func text(of key: KeyNumber) -> String { String(decoding: keys.bytes(of: key.index), as: UTF8.self) }

    /// The value's text; nil for absent.
    package func text(of value: ValueNumber) -> String? {
        guard value != .absent else { return nil }
        return String(decoding: values.bytes(of: value.index - 1), as: UTF8.self)
    }

    /// All keys in the order of their bytes.
    package var sortedKeys: [KeyNumber] {
        (0..<keys.count).sorted { keys.bytes(of: $0).lexicographicallyPrecedes(keys.bytes(of: $1)) }
            .map { KeyNumber(Int32(truncatingIfNeeded: $0)) }
    }

    /// Adds an operation whose numbers came from this history.
    package mutating func append(_ operation: HistoryOperation) {
        operations.append(operation)
    }

    /// The number for a key's text, new or known.
    package mutating func key(_ text: String) throws(HistoryFull) -> KeyNumber {
        let bytes = Array(text.utf8)
        return try key(bytes.span, 0..<bytes.count)
    }

    /// The number for a value's text, new or known; nil stands for absent.
    package mutating func value(_ text: String?) throws(HistoryFull) -> ValueNumber {
        guard let text else { return .absent }
        let bytes = Array(text.utf8)
        return try value(bytes.span, 0..<bytes.count)
    }

    /// The number for the bytes `range` of `source`.
    mutating func key(_ source: Span<UInt8>, _ range: Range<Int>) throws(HistoryFull) -> KeyNumber {
        guard let number = keys.number(of: source, range) else { throw HistoryFull() }
        return KeyNumber(number)
    }

    /// The number for the bytes `range` of `source`.
    mutating func value(_ source: Span<UInt8>, _ range: Range<Int>) throws(HistoryFull) -> ValueNumber {
        guard let number = values.number(of: source, range) else { throw HistoryFull() }
        return ValueNumber(number + 1)
    }
}
