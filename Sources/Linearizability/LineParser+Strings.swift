extension LineParser {
    /// The key that comes next.
    mutating func key(_ bytes: Span<UInt8>, _ history: inout History) throws(Problem) -> KeyNumber {
        let range = try string(bytes)
        do throws(HistoryFull) {
            guard let range else { return try history.key(unescaped.span, 0..<unescaped.count) }
            return try history.key(bytes, range)
        } catch {
            throw Problem(reason: "too many different keys")
        }
    }

    /// The value that comes next; null is absent.
    mutating func value(_ bytes: Span<UInt8>, _ history: inout History) throws(Problem) -> ValueNumber {
        if try takenNull(bytes) { return .absent }
        let range = try string(bytes)
        do throws(HistoryFull) {
            guard let range else { return try history.value(unescaped.span, 0..<unescaped.count) }
            return try history.value(bytes, range)
        } catch {
            throw Problem(reason: "too many different values")
        }
    }

    /// The position among `names` of the string that comes next; nil for one that is not there.
    mutating func choice(_ bytes: Span<UInt8>, _ names: [UInt64]) throws(Problem) -> UInt8? {
        let name = try name(bytes)
        return names.firstIndex(of: name).map { UInt8(truncatingIfNeeded: $0) }
    }

    /// The string that comes next, packed; zero for one that is no name of this format.
    mutating func name(_ bytes: Span<UInt8>) throws(Problem) -> UInt64 {
        guard let range = try string(bytes), range.count <= 8 else { return 0 }
        var name: UInt64 = 0
        for index in range { name = name << 8 | UInt64(bytes[index]) }
        return name
    }

    /// A name of up to eight bytes as one number, for quick comparison.
    static func packed(_ name: String) -> UInt64 {
        name.utf8.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Where the string's bytes stand; nil when it has escapes, and `unescaped` is what they mean.
    mutating func string(_ bytes: Span<UInt8>) throws(Problem) -> Range<Int>? {
        try take("\"", bytes)
        let start = position
        var index = position
        while bytes[index] != UInt8(ascii: "\"") {
            switch bytes[index] {
            case UInt8(ascii: "\\"):
                try unescape(bytes)
                return nil
            case UInt8(ascii: "\n"):
                throw Problem(reason: "a string does not end")
            default:
                index &+= 1
            }
        }
        position = index + 1
        return start..<index
    }

    /// The slow path, for the few strings with an escape; `position` is behind the opening quote.
    private mutating func unescape(_ bytes: Span<UInt8>) throws(Problem) {
        unescaped.removeAll(keepingCapacity: true)
        while true {
            let byte = bytes[position]
            guard byte != UInt8(ascii: "\n") else { throw Problem(reason: "a string does not end") }
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try takeEscape(bytes)
            default: unescaped.append(byte)
            }
        }
    }

    /// What follows a backslash.
    private mutating func takeEscape(_ bytes: Span<UInt8>) throws(Problem) {
        let byte = bytes[position]
        guard byte != UInt8(ascii: "\n") else { throw Problem(reason: "a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
        case UInt8(ascii: "b"): unescaped.append(0x08)
        case UInt8(ascii: "f"): unescaped.append(0x0C)
        case UInt8(ascii: "n"): unescaped.append(0x0A)
        case UInt8(ascii: "r"): unescaped.append(0x0D)
        case UInt8(ascii: "t"): unescaped.append(0x09)
        case UInt8(ascii: "u"): try takeCodePoint(bytes)
        default: throw Problem(reason: "a string has an escape that JSON does not know")
        }
    }

    private mutating func takeCodePoint(_ bytes: Span<UInt8>) throws(Problem) {
        var code = try hexadecimal(bytes)
        if (0xD800..<0xDC00).contains(code), bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = try hexadecimal(bytes)
            guard (0xDC00..<0xE000).contains(low) else { throw Problem(reason: "half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Problem(reason: "half of a surrogate pair") }
        unescaped.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(Problem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw Problem(reason: "\\u needs four hexadecimal digits")
            }
            code = code << 4 | UInt32(truncatingIfNeeded: digit)
            position += 1
        }
        return code
    }
}
