import Keyspace

/// Writes JSON on one line, names in the order of the calls; commas look after themselves.
struct JSONText: Sendable {
    /// What has been written, UTF-8.
    private(set) var bytes: [UInt8] = []
    /// Whether the next name or element needs a comma before it.
    private var needsComma = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func beginObject() { open("{") }
    mutating func endObject() { close("}") }
    mutating func beginArray() { open("[") }
    mutating func endArray() { close("]") }

    /// The name of the next value.
    mutating func name(_ name: String) {
        separate()
        append("\"")
        append(name)
        append("\":")
        needsComma = false
    }

    mutating func value(_ number: some FixedWidthInteger) { literal(String(number)) }
    mutating func value(_ flag: Bool) { literal(flag ? "true" : "false") }
    mutating func value(_ text: String) { value(utf8: Array(text.utf8)) }
    mutating func null() { literal("null") }

    /// A number that is already text.
    mutating func literal(_ text: String) {
        separate()
        append(text)
    }

    /// Bytes in the text form of keys and values.
    mutating func value(key bytes: [UInt8]) {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        KeyText.encode(bytes.span, into: &text)
        value(utf8: text)
    }

    mutating func field(_ name: String, _ number: some FixedWidthInteger) {
        self.name(name)
        value(number)
    }

    mutating func field(_ name: String, _ text: String) {
        self.name(name)
        value(text)
    }

    mutating func field(_ name: String, _ flag: Bool) {
        self.name(name)
        value(flag)
    }

    mutating func field(_ name: String, key bytes: [UInt8]) {
        self.name(name)
        value(key: bytes)
    }

    mutating func field(_ name: String, keyOrNull bytes: [UInt8]?) {
        self.name(name)
        if let bytes { value(key: bytes) } else { null() }
    }

    private mutating func value(utf8 text: [UInt8]) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for byte in text { appendEscaped(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0..<0x20:
            append("\\u00")
            bytes.append(JSONText.digit(byte >> 4))
            bytes.append(JSONText.digit(byte & 0xF))
        default:
            bytes.append(byte)
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + (nibble - 10)
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
