/// Blanks comments and string contents out of Swift text, keeping every line break and column.
///
/// It knows line and nested block comments, and plain, multi-line and raw string literals. What stands in an
/// interpolation counts as text: no rule needs it.
struct CodeExtractor {
    private var bytes: [UInt8]
    private var position = 0

    /// `text` with everything that is not code replaced by spaces.
    static func code(of text: String) -> String {
        var extractor = CodeExtractor(bytes: Array(text.utf8))
        extractor.run()
        return String(decoding: extractor.bytes, as: UTF8.self)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func run() {
        while position < bytes.count {
            if matches("//") {
                blank { $0.bytes[$0.position] == UInt8(ascii: "\n") }
            } else if matches("/*") {
                blankBlockComment()
            } else if bytes[position] == UInt8(ascii: "\"") || matches("#\"") || matches("##\"") {
                blankString()
            } else {
                position += 1
            }
        }
    }

    private func matches(_ text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private mutating func blankByte() {
        if bytes[position] != UInt8(ascii: "\n") { bytes[position] = UInt8(ascii: " ") }
        position += 1
    }

    private mutating func blank(until isEnd: (borrowing CodeExtractor) -> Bool) {
        while position < bytes.count, !isEnd(self) { blankByte() }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        while position < bytes.count {
            if matches("/*") {
                depth += 1
                blankByte()
            } else if matches("*/") {
                depth -= 1
                blankByte()
            }
            blankByte()
            if depth == 0 { return }
        }
    }

    private mutating func blankString() {
        var hashes = ""
        while position < bytes.count, bytes[position] == UInt8(ascii: "#") {
            hashes += "#"
            position += 1
        }
        let quote = matches("\"\"\"") ? "\"\"\"" : "\""
        let end = quote + hashes
        position += quote.utf8.count
        while position < bytes.count, !matches(end) {
            // A line break ends a broken one-line literal, so that one mistake does not blank the rest of the file.
            if quote.utf8.count == 1, bytes[position] == UInt8(ascii: "\n") { return }
            let isEscape = hashes.isEmpty && bytes[position] == UInt8(ascii: "\\")
            blankByte()
            if isEscape, position < bytes.count { blankByte() }
        }
        position = min(position + end.utf8.count, bytes.count)
    }
}
