import Foundation
import Testing

/// The stories in `Golden/`: each is a list of commands with what they printed. `DSHARD_REWRITE=1` writes the
/// outputs anew; read the difference.
@Suite struct GoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static let scripts: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test func thereAreStories() {
        #expect(Self.scripts.count >= 15)
    }

    @Test(arguments: scripts) func story(_ name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let actual = try Self.run(expected)
        if ProcessInfo.processInfo.environment["DSHARD_REWRITE"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let actualLines = actual.split(separator: "\n", omittingEmptySubsequences: false)
        let expectedLines = expected.split(separator: "\n", omittingEmptySubsequences: false)
        for (position, pair) in zip(actualLines, expectedLines).enumerated() where pair.0 != pair.1 {
            Issue.record("\(name):\(position + 1)\n  expected: \(pair.1)\n  actual:   \(pair.0)")
            return
        }
        #expect(actualLines.count == expectedLines.count, "\(name) has another length")
    }

    /// The script with the outputs of this run. A block is commands, `----`, output, an empty line.
    static func run(_ script: String) throws -> String {
        var story = Story()
        var result: [String] = []
        var outputs: [String] = []
        var isSkipping = false
        for line in script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.isEmpty {
                isSkipping = false
                result.append(line)
            } else if isSkipping {
                continue
            } else if line == "----" {
                result.append(line)
                result += outputs
                outputs = []
                isSkipping = true
            } else {
                result.append(line)
                if !line.hasPrefix("#") {
                    let printed = try story.run(line)
                    outputs += printed == ["ok"] && !outputs.isEmpty ? [] : printed
                }
            }
        }
        return result.joined(separator: "\n")
    }
}
