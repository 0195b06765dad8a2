import Keyspace

/// One row as a line, `KEY<TAB>VALUE`: what dump and scan write and load reads.
enum RowText {
    /// Whether bytes are escaped, or stand as they are.
    enum Form: Sendable { case escaped, raw }

    /// What is wrong with a line.
    enum Problem: Error, Equatable, Sendable {
        case noTab
        case escape(KeyTextError)
        case emptyKey
        case keyTooLong(Int)
        case valueTooLong(Int)
        case lineTooLong

        /// For the message, after the line's number.
        var text: String {
            switch self {
            case .noTab: "no TAB between key and value"
            case .escape(let error): "\(error)"
            case .emptyKey: "the key is empty"
            case .keyTooLong(let count): "the key has \(count) bytes; the limit is \(KeyLimits.keyBytesMax)"
            case .valueTooLong(let count): "the value has \(count) bytes; the limit is \(KeyLimits.valueBytesMax)"
            case .lineTooLong: "longer than any row can be"
            }
        }
    }

    private static let tab = UInt8(ascii: "\t")
    private static let newline = UInt8(ascii: "\n")

    /// The longest line that can be a row, without its newline: every byte of key and value escaped.
    static let lineBytesMax = 4 * (KeyLimits.keyBytesMax + KeyLimits.valueBytesMax) + 1

    /// Reads a line without its newline. In the raw form the first TAB ends the key and the value is the rest.
    static func parse(_ line: ArraySlice<UInt8>, _ form: Form) throws(Problem) -> (key: [UInt8], value: [UInt8]) {
        guard let tab = line.firstIndex(of: tab) else { throw .noTab }
        let key = try bytes(line[..<tab], form)
        let value = try bytes(line[(tab + 1)...], form)
        guard !key.isEmpty else { throw .emptyKey }
        guard key.count <= KeyLimits.keyBytesMax else { throw .keyTooLong(key.count) }
        guard value.count <= KeyLimits.valueBytesMax else { throw .valueTooLong(value.count) }
        return (key, value)
    }

    /// Appends the line of a row, newline included.
    static func append(key: [UInt8], value: [UInt8], _ form: Form, to output: inout [UInt8]) {
        append(key, form, to: &output)
        output.append(tab)
        append(value, form, to: &output)
        output.append(newline)
    }

    /// Appends the line of a key alone, newline included.
    static func append(key: [UInt8], _ form: Form, to output: inout [UInt8]) {
        append(key, form, to: &output)
        output.append(newline)
    }

    /// Whether the row can be read back in the raw form: a TAB in the key or a newline anywhere would tear it.
    static func isRawSafe(key: [UInt8], value: [UInt8]) -> Bool {
        !key.contains(tab) && !key.contains(newline) && !value.contains(newline)
    }

    private static func append(_ bytes: [UInt8], _ form: Form, to output: inout [UInt8]) {
        switch form {
        case .escaped: KeyText.encode(bytes.span, into: &output)
        case .raw: output.append(contentsOf: bytes)
        }
    }

    private static func bytes(_ text: ArraySlice<UInt8>, _ form: Form) throws(Problem) -> [UInt8] {
        guard form == .escaped, text.contains(UInt8(ascii: "\\")) else { return Array(text) }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        do throws(KeyTextError) {
            try KeyText.decode(text.span, into: &output)
        } catch {
            throw .escape(error)
        }
        return output
    }
}
