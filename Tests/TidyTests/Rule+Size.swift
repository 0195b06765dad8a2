extension Rule {
    /// The ceilings; most files and functions stay far below.
    static let fileLinesMax = 400
    static let functionLinesMax = 70
    static let lineCharactersMax = 120

    static let fileLength = Rule(
        "files are short", planted: String(repeating: "let a = 1\n", count: fileLinesMax + 1)
    ) { (file: SourceFile) in
        guard file.lines.count > fileLinesMax else { return [] }
        return [file.violation(line: 0, "\(file.lines.count) lines; split it by capability, below \(fileLinesMax)")]
    }

    static let lineLength = Rule(
        "lines are short", planted: "// " + String(repeating: "x", count: lineCharactersMax) + "\n"
    ) { file, index in
        let count = file.lines[index].count
        return count > lineCharactersMax ? "\(count) characters, over \(lineCharactersMax)" : nil
    }

    static let functionLength = Rule(
        "functions are short",
        planted: "func long(a: () -> Void = {}) {\n" + String(repeating: "    a()\n", count: functionLinesMax) + "}\n"
    ) { (file: SourceFile) in
        FunctionScanner.functions(in: file).compactMap { function in
            guard function.lineCount > functionLinesMax else { return nil }
            return file.violation(
                line: function.firstLine, "\(function.lineCount) lines in one function, over \(functionLinesMax)")
        }
    }
}
