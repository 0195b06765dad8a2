/// Finds functions by matching braces; nested ones count for themselves and for the one around them.
enum FunctionScanner {
    struct Function {
        /// The line of the keyword, counted from 0.
        var firstLine: Int
        /// From the keyword to the closing brace, both included.
        var lineCount: Int
    }

    /// Every function, initialiser and subscript of the file that has a body.
    static func functions(in file: SourceFile) -> [Function] {
        file.code.indices.compactMap { index in
            guard let column = keywordColumn(file.code[index]) else { return nil }
            guard let lastLine = closingLine(of: file, from: index, column: column) else { return nil }
            return Function(firstLine: index, lineCount: lastLine - index + 1)
        }
    }

    private static func keywordColumn(_ code: String) -> Int? {
        for word in code.words where ["func", "init", "subscript", "deinit"].contains(word) {
            // `self.init(…)` and `Type.init` are calls.
            if code[..<word.startIndex].hasSuffix(".") { return nil }
            return code.utf8.distance(from: code.startIndex, to: word.startIndex)
        }
        return nil
    }

    /// The line of the brace that closes the body; nil when the declaration has none, as in a protocol.
    private static func closingLine(of file: SourceFile, from start: Int, column: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<file.code.count {
            if index > start, parentheses == 0, braces == 0, startsDeclaration(file.code[index]) { return nil }
            for byte in file.code[index].utf8.dropFirst(index == start ? column : 0) {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["):
                    parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"):
                    parentheses -= 1
                case UInt8(ascii: "{") where parentheses == 0 || braces > 0:
                    braces += 1
                case UInt8(ascii: "}") where parentheses == 0 || braces > 0:
                    braces -= 1
                    if braces < 0 { return nil }
                    if braces == 0 { return index }
                default:
                    break
                }
            }
        }
        return nil
    }

    private static func startsDeclaration(_ code: String) -> Bool {
        guard let first = code.words.first else { return false }
        return ["func", "var", "let", "init", "case", "static", "mutating", "associatedtype"].contains(first)
    }
}
