import Foundation

/// One Swift file, as written and as code alone.
struct SourceFile: Sendable {
    /// Relative to the package's root, such as `Sources/Raft/Entry.swift`.
    var path: String
    /// The lines as written.
    var lines: [String]
    /// The same lines with comments and the contents of string literals replaced by spaces, so that a rule that looks
    /// for code does not stumble over prose.
    var code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        code = CodeExtractor.code(of: text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if code.count > lines.count { code.removeLast(code.count - lines.count) }
    }

    /// The folder below `Sources` or `Tests`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    var isInSources: Bool { path.hasPrefix("Sources/") }

    func violation(line index: Int, _ message: String) -> Violation {
        Violation(path: path, line: index + 1, message: message)
    }

    /// The identifiers and numbers of a line of code, in order.
    func words(at index: Int) -> [Substring] { code[index].words }

    /// The comment and attribute lines directly above line `index`, nearest first.
    func preamble(of index: Int) -> [String] {
        var found: [String] = []
        for line in lines[..<index].reversed() {
            let text = line.trimmed
            guard text.hasPrefix("//") || text.hasPrefix("@") || text.hasPrefix("#") || text.hasSuffix("*/") else {
                break
            }
            found.append(text)
        }
        return found
    }
}

extension SourceFile {
    /// Every Swift file of the package, in the order of their paths.
    static func all(below root: URL) throws -> [SourceFile] {
        var files: [SourceFile] = []
        for top in ["Sources", "Tests"] {
            let folder = root.appendingPathComponent(top).resolvingSymlinksInPath()
            let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            for path in paths.sorted() where path.hasSuffix(".swift") && !path.contains(".build/") {
                let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
                files.append(SourceFile(path: "\(top)/\(path)", text: text))
            }
        }
        return files
    }
}

extension StringProtocol {
    /// The identifiers and numbers, in order.
    var words: [SubSequence] {
        split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
