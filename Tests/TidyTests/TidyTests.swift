import Foundation
import Testing

/// Rules that are not checked are not rules: these walk the package's own sources.
@Suite struct TidyTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("the sources keep", arguments: Rule.all)
    func sourcesKeep(_ rule: Rule) throws {
        let files = try SourceFile.all(below: Self.root)
        #expect(files.count > 20, "the walk found too few files to mean anything")
        let violations = files.flatMap(rule.check)
        let list = violations.map(\.description).joined(separator: "\n")
        let isTidy = violations.isEmpty
        #expect(isTidy, "\(violations.count) violations:\n\(list)")
    }

    @Test("the rule sees a planted violation of", arguments: Rule.all)
    func seesPlanted(_ rule: Rule) {
        #expect(rule.check(rule.planted).count == 1)
    }

    @Test("no rule objects to a clean file", arguments: Rule.all)
    func acceptsClean(_ rule: Rule) {
        let clean = SourceFile(
            path: "Sources/Keyspace/Clean.swift",
            text: """
                package import Raft

                /// An async class with a Mutex: words in prose are no code.
                package struct Clean {
                    /// Says "try!" and fatalError() only in text.
                    @inlinable package static func text() -> String { "async class try! fatalError()" }

                    package var description: String { #"a "raw" Mutex"# }
                    package static func < (a: Clean, b: Clean) -> Bool { false }
                }
                """)
        #expect(rule.check(clean).isEmpty)
    }

    @Test("an explained promise to the compiler is accepted")
    func acceptsExplained() {
        let text = "// Safe because it is written once.\nnonisolated(unsafe) var shared = 1\n"
        let file = SourceFile(path: "Sources/Transport/Explained.swift", text: text)
        #expect(Rule.unexplainedUnsafety.check(file).isEmpty)
    }

    @Test("every target has its row in the import table")
    func tableIsComplete() throws {
        let folder = Self.root.appendingPathComponent("Sources").resolvingSymlinksInPath()
        let targets = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(targets) == Set(Rule.importTable.keys))
        for row in Rule.importTable.sorted(by: { $0.key < $1.key }) where Rule.pureTargets.contains(row.key) {
            #expect(row.value.isDisjoint(with: ["Foundation", "Glibc", "Dispatch", "NIOPosix"]))
        }
    }

    @Test("exceptions from purity name files that exist")
    func exceptionsAreAlive() {
        for (word, exceptions) in Rule.impureWords {
            for (path, reason) in exceptions {
                let file = Self.root.appendingPathComponent(path)
                #expect(FileManager.default.fileExists(atPath: file.path), "\(word): \(path) is gone")
                #expect(!reason.isEmpty)
            }
        }
    }
}
