/// The one text form of keys and values, for flags, logs, JSON and the console: printable UTF-8 as it is, a backslash
/// as `\\`, control bytes (0x00–0x1F and 0x7F) and bytes that are not UTF-8 as `\xNN`. Decoding an encoding gives the
/// same bytes back.
package enum KeyText {
    /// The text form of `bytes`.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let input = Array(bytes)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        encode(input.span, into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text form of `bytes`, as UTF-8, to `output`.
    package static func encode(_ bytes: borrowing Span<UInt8>, into output: inout [UInt8]) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                appendASCII(byte, to: &output)
                index += 1
                continue
            }
            let length = scalarLength(bytes, at: index)
            if length == 0 {
                appendEscape(byte, to: &output)
                index += 1
                continue
            }
            for offset in index..<(index + length) { output.append(bytes[offset]) }
            index += length
        }
    }

    /// The bytes that `text` stands for. Throws on a backslash that begins neither `\\` nor `\xNN`.
    package static func decode(_ text: some StringProtocol) throws(KeyTextError) -> [UInt8] {
        let input = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(input.count)
        try decode(input.span, into: &output)
        return output
    }

    /// Appends the bytes that the UTF-8 `text` stands for to `output`. Throws on a backslash that begins neither `\\`
    /// nor `\xNN`; then `output` has what came before it.
    package static func decode(_ text: borrowing Span<UInt8>, into output: inout [UInt8]) throws(KeyTextError) {
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte != backslash {
                output.append(byte)
                index += 1
            } else if index + 1 < text.count, text[index + 1] == backslash {
                output.append(backslash)
                index += 2
            } else if index + 3 < text.count, text[index + 1] == UInt8(ascii: "x"),
                let high = nibble(text[index + 2]), let low = nibble(text[index + 3])
            {
                output.append(high << 4 | low)
                index += 4
            } else {
                throw KeyTextError(offset: index)
            }
        }
    }

    private static let backslash = UInt8(ascii: "\\")

    private static func appendASCII(_ byte: UInt8, to output: inout [UInt8]) {
        if byte == backslash {
            output.append(backslash)
            output.append(backslash)
        } else if byte < 0x20 || byte == 0x7F {
            appendEscape(byte, to: &output)
        } else {
            output.append(byte)
        }
    }

    private static func appendEscape(_ byte: UInt8, to output: inout [UInt8]) {
        output.append(backslash)
        output.append(UInt8(ascii: "x"))
        output.append(digit(byte >> 4))
        output.append(digit(byte & 0xF))
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + (nibble - 10)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// How many bytes the well-formed multi-byte scalar at `index` has; zero when there is none (Unicode table 3-7).
    private static func scalarLength(_ bytes: borrowing Span<UInt8>, at index: Int) -> Int {
        let lead = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: return 0
        }
        guard bytes.count - index >= length, second.contains(bytes[index + 1]) else { return 0 }
        for offset in (index + 2)..<(index + max(2, length)) where !(0x80...0xBF).contains(bytes[offset]) { return 0 }
        return length
    }
}
