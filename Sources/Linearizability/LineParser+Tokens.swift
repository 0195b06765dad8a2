extension LineParser {
    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while true {
            switch bytes[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position &+= 1
            default: return
            }
        }
    }

    mutating func taken(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        if bytes[position] != byte {
            skipSpace(bytes)
            guard bytes[position] == byte else { return false }
        }
        position &+= 1
        return true
    }

    mutating func take(_ character: Unicode.Scalar, _ bytes: Span<UInt8>) throws(Problem) {
        guard taken(UInt8(ascii: character), bytes) else { throw Problem(reason: "'\(character)' expected") }
    }

    mutating func takenNull(_ bytes: Span<UInt8>) throws(Problem) -> Bool {
        guard taken(UInt8(ascii: "n"), bytes) else { return false }
        // One byte after the other: the newline at the end stops a shortened word.
        for letter in [UInt8(ascii: "u"), UInt8(ascii: "l"), UInt8(ascii: "l")] {
            guard bytes[position] == letter else { throw Problem(reason: "null expected") }
            position += 1
        }
        return true
    }

    mutating func number(_ bytes: Span<UInt8>) throws(Problem) -> Int64 {
        skipSpace(bytes)
        var number: Int64 = 0
        let start = position
        while true {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isOver) = product.addingReportingOverflow(Int64(digit))
            guard !isTooLarge, !isOver else { throw Problem(reason: "a number is over 9223372036854775807") }
            number = sum
            position &+= 1
        }
        guard position > start else { throw Problem(reason: "a whole number expected") }
        return number
    }

    /// Goes over the value of an unknown field, nested ones too.
    mutating func skipValue(_ bytes: Span<UInt8>) throws(Problem) {
        var depth = 0
        let start = position
        while true {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                _ = try string(bytes)
                continue
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]") where depth > 0, UInt8(ascii: "}") where depth > 0: depth -= 1
            case UInt8(ascii: ",") where depth == 0, UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard position > start else { throw Problem(reason: "a value expected") }
                return
            case UInt8(ascii: "\n"): throw Problem(reason: "the object does not end")
            default: break
            }
            position += 1
        }
    }
}
