extension Rule {
    static let documentation = Rule(
        "declarations for others are documented", planted: "import Wire\n\npackage struct Bare {}\n"
    ) { file, index in
        guard let name = Declaration.exportedName(file.code[index]), !Declaration.explainsItself(name),
            !Declaration.isNamedAfterItsType(file.code[index]), !Declaration.isMemberwise(file, at: index)
        else { return nil }
        let isDocumented = file.preamble(of: index).contains { $0.hasPrefix("///") || $0.hasSuffix("*/") }
        return isDocumented ? nil : "'\(name)' is seen by other targets and has no doc comment"
    }

    static let forcedTry = Rule("no forced try", planted: "let a = try! b()\n") { file, index in
        file.code[index].contains("try!") ? "a forced try ends the process; handle the error" : nil
    }

    static let silentTrap = Rule("a trap gives its reason", planted: "fatalError()\n") { file, index in
        for call in ["fatalError", "preconditionFailure", "assertionFailure"] {
            for empty in ["\(call)()", "\(call)(\"\")"] where file.lines[index].contains(empty) {
                // Only where it is code: the quotes of an empty reason survive in the code.
                guard file.code[index].contains(empty) else { continue }
                return "\(call) without a reason"
            }
        }
        return nil
    }

    static let unexplainedUnsafety = Rule(
        "promises to the compiler are explained", planted: "final class Box: @unchecked Sendable {}\n"
    ) { file, index in
        let code = file.code[index]
        for promise in ["@unchecked", "nonisolated(unsafe)"] where code.contains(promise) {
            let said = [file.lines[index]] + file.preamble(of: index)
            guard !said.contains(where: { $0.contains("Safe because") }) else { continue }
            return "\(promise) needs a line 'Safe because …' above it"
        }
        return nil
    }

    /// Spelled in two halves, so that this file keeps its own rule.
    private static let leftoverWords: Set<Substring> = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    static let leftovers = Rule(
        "nothing is left for later", planted: "// TO" + "DO: write this\n"
    ) { file, index in
        file.lines[index].words.first(where: leftoverWords.contains).map { "'\($0)': do it, or leave it out" }
    }
}
