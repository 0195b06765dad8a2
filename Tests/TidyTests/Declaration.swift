/// Reads just enough of a line to know whether it declares something for other targets.
enum Declaration {
    private static let keywords: Set<Substring> = [
        "func", "var", "let", "init", "struct", "enum", "class", "actor", "protocol", "typealias", "subscript",
    ]
    private static let modifiers: Set<Substring> = [
        "static", "final", "mutating", "nonmutating", "consuming", "borrowing", "indirect", "override", "nonisolated",
        "isolated", "convenience", "required", "weak", "unowned", "lazy", "private", "fileprivate", "internal", "set",
        "unsafe", "prefix", "postfix", "infix",
    ]

    /// The name that a line declares with `package` or `public` access; nil for every other line.
    static func exportedName(_ code: String) -> String? {
        let words = code.words
        guard let access = words.firstIndex(where: { $0 == "package" || $0 == "public" }) else { return nil }
        // Attributes may stand before it on the same line.
        let before = code.trimmed.hasPrefix("@") ? words[access..<access] : words[..<access]
        guard before.allSatisfy(modifiers.contains) else { return nil }
        var position = access + 1
        while position < words.count, modifiers.contains(words[position]) || isClassModifier(words, position) {
            position += 1
        }
        guard position < words.count, keywords.contains(words[position]) else { return nil }
        if words[position] == "init" || words[position] == "subscript" {
            return String(code[words[position].startIndex...].prefix { $0 != ":" && $0 != ")" })
        }
        let rest = code[words[position].endIndex...].trimmed
        let isOperator = rest.first.map { !$0.isLetter && $0 != "_" && $0 != "`" } ?? false
        return String(rest.prefix { isOperator ? !" (".contains($0) : !" (<:={".contains($0) })
    }

    /// Whether everybody knows what the name means: the language's own protocols document it.
    static func explainsItself(_ name: String) -> Bool {
        let known: Set = [
            "description", "debugDescription", "==", "<", "hash", "rawValue", "init(rawValue", "init(_ rawValue",
            "makeIterator", "makeAsyncIterator",
            // The events of SwiftNIO's channel handlers.
            "InboundIn", "InboundOut", "OutboundIn", "OutboundOut", "handlerAdded", "handlerRemoved", "channelActive",
            "channelInactive", "channelRead", "channelReadComplete", "channelWritabilityChanged", "errorCaught",
            "userInboundEventTriggered",
        ]
        return known.contains(name)
    }

    /// Whether the line declares a field named after its type, such as `shard: ShardID`: the type has said it.
    static func isNamedAfterItsType(_ code: String) -> Bool {
        guard let match = code.firstMatch(of: /(?:var|let) (\w+): (\w+)/) else { return false }
        return match.2.lowercased().hasPrefix(match.1.lowercased())
    }

    /// Whether line `index` begins an initialiser that only stores its arguments: the fields have said it all.
    static func isMemberwise(_ file: SourceFile, at index: Int) -> Bool {
        guard file.words(at: index).contains("init") else { return false }
        guard let function = FunctionScanner.functions(in: file).first(where: { $0.firstLine == index }) else {
            return false
        }
        let text = file.code[index..<(index + function.lineCount)].joined(separator: "\n")
        guard let open = text.lastIndex(of: "{"), let close = text.lastIndex(of: "}"), open < close else {
            return false
        }
        return text[text.index(after: open)..<close].split(separator: "\n").allSatisfy { line in
            line.trimmed.isEmpty || line.trimmed.wholeMatch(of: /(self\.)?\w+ = (\w+)/) != nil
        }
    }

    private static func isClassModifier(_ words: [Substring], _ position: Int) -> Bool {
        words[position] == "class" && position + 1 < words.count && ["func", "var"].contains(words[position + 1])
    }
}
