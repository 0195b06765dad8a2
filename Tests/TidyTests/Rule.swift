import Testing

/// One rule that every source keeps, with a text that breaks it.
struct Rule: Sendable, CustomTestStringConvertible {
    /// What the rule is called in the test's output.
    var name: String
    /// A source that breaks the rule exactly once; proof that the rule can see at all.
    var planted: SourceFile
    /// All places of a file that break the rule.
    var check: @Sendable (SourceFile) -> [Violation]

    var testDescription: String { name }

    init(
        _ name: String, planted text: String, at path: String = "Sources/Raft/Planted.swift",
        check: @escaping @Sendable (SourceFile) -> [Violation]
    ) {
        self.name = name
        planted = SourceFile(path: path, text: text)
        self.check = check
    }

    /// A rule that judges each line by itself and says what is wrong with it, or nothing.
    init(
        _ name: String, planted text: String, at path: String = "Sources/Raft/Planted.swift",
        line judge: @escaping @Sendable (SourceFile, Int) -> String?
    ) {
        self.init(name, planted: text, at: path) { file in
            file.lines.indices.compactMap { index in
                judge(file, index).map { file.violation(line: index, $0) }
            }
        }
    }
}

extension Rule {
    /// Every rule of the house that a machine can hold.
    static let all: [Rule] =
        [imports, purity]
        + [fileLength, lineLength, functionLength]
        + [documentation, forcedTry, silentTrap, unexplainedUnsafety, leftovers]
}
