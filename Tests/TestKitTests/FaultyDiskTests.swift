import Foundation
import TestKit
import Testing

/// The disk that loses power, against expectations that were written down by hand.
@Suite struct FaultyDiskTests {
    /// What a file named `a` holds after the calls of `script` and a power loss that takes all it may.
    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var script: String
        var expected: [String: String]
        var names = PowerLoss.NameRule.strict

        init(
            _ what: String, _ script: String, _ expected: [String: String], names: PowerLoss.NameRule = .strict
        ) {
            testDescription = what
            self.script = script
            self.expected = expected
            self.names = names
        }
    }

    private static let base = "create a 0123456789 sync a sync . "

    static let stories = [
        Story("what was synced stays", base, ["a": "0123456789"]),
        Story("an append is lost", base + "append a xyz append a uvw", ["a": "0123456789"]),
        Story("a synced append stays", base + "append a xyz sync a append a uvw", ["a": "0123456789xyz"]),
        Story("overwritten bytes come back", base + "write a 2 AB write a 1 CDE", ["a": "0123456789"]),
        Story("a write across the end is undone", base + "write a 8 ABCDEF", ["a": "0123456789"]),
        Story("a hole is closed", base + "write a 5000 A", ["a": "0123456789"]),
        Story("what was cut off comes back", base + "truncate a 3 append a x", ["a": "0123456789"]),
        Story("a new end is undone", base + "truncate a 30", ["a": "0123456789"]),
        Story("cut by being opened", base + "create a new", ["a": "0123456789"]),
        Story("a name is not durable by its file", "create a 1 sync a", [:]),
        Story("but with one journal it is", "create a 1 sync a", ["a": "1"], names: .journaled),
        Story("a durable name of unsynced content", "create a 1 sync .", ["a": ""]),
        Story("a rename is lost", base + "create t new sync t rename t a", ["a": "0123456789"]),
        Story("a durable rename", base + "create t new sync t rename t a sync .", ["a": "new"]),
        Story("a durable rename of unsynced content", base + "create t new rename t a sync .", ["a": ""]),
        Story("a rename with one journal", base + "create t new rename t a sync a", ["a": "new"], names: .journaled),
        Story("an unlink is lost", base + "unlink a", ["a": "0123456789"]),
        Story("a durable unlink", base + "unlink a sync .", [:]),
        Story("another file under the name", base + "unlink a create a new sync a", ["a": "0123456789"]),
        Story("a link is lost", base + "link a b", ["a": "0123456789"]),
        Story("a durable link", base + "link a b sync . append b x", ["a": "0123456789", "b": "0123456789"]),
        Story(
            "a directory is lost with what is in it", base + "mkdir d create d/e 1 sync d/e sync d",
            ["a": "0123456789"]),
        Story("a durable directory", "mkdir d sync . create d/e 1 sync d/e", ["d": "directory"]),
        Story(
            "an emptied directory comes back",
            "mkdir d create d/e 1 sync d/e sync d sync . unlink d/e rmdir d", ["d": "directory", "d/e": "1"]),
        Story(
            "a renamed directory", "mkdir d create d/e 1 sync d/e sync d sync . rename d f",
            ["d": "directory", "d/e": "1"]),
        Story(
            "one directory's sync is not another's",
            "mkdir d mkdir f sync . create d/x 1 create f/x 1 sync d/x sync f/x sync d",
            ["d": "directory", "d/x": "1", "f": "directory"]),
    ]

    @Test(arguments: stories) func everythingUnsyncedIsLost(_ story: Story) throws {
        let probe = try ProbedDisk()
        #expect(try probe.run(story.script) == "")
        _ = try probe.disk.losePower(PowerLoss(mode: .everything, names: story.names, seed: 0))
        #expect(probe.names == story.expected.keys.sorted())
        for (name, content) in story.expected where content != "directory" { #expect(probe.content(name) == content) }
    }

    /// The journal goes on where a process died: its page cache is the machine's.
    @Test func aNewProcessDoesNotMakeOldWritesDurable() throws {
        let probe = try ProbedDisk()
        try probe.run(Self.base + "append a 1")
        try probe.run("append a 2 create b 3 sync b")
        let loss = try probe.disk.losePower(PowerLoss(mode: .everything, seed: 0))
        #expect(probe.content("a") == "0123456789")
        #expect(probe.names == ["a"])
        #expect(loss.changes == loss.candidates && loss.changes == 3)
        // What is there now is durable.
        try probe.run("append a 4")
        _ = try probe.disk.losePower(PowerLoss(mode: .everything, seed: 0))
        #expect(probe.content("a") == "0123456789")
    }

    @Test func aFailedSyncLosesItsBytesForGood() throws {
        let probe = try ProbedDisk()
        try probe.run(Self.base)
        try probe.disk.failSync(number: 2)
        #expect(try probe.run("append a AB sync . sync a sync a append a CD sync a") == "sync: 5\n")
        #expect(try probe.disk.syncFailures() == 1)
        #expect(probe.content("a") == "0123456789ABCD")
        _ = try probe.disk.losePower(PowerLoss(mode: .everything, seed: 0))
        #expect(probe.content("a") == "0123456789\0\0CD")
    }

    @Test func aFailedWriteChangesNothing() throws {
        let probe = try ProbedDisk()
        try probe.run(Self.base)
        try probe.disk.failWrite(number: 2)
        #expect(try probe.run("append a A append a B append a C sync a") == "append: 5\n")
        #expect(probe.content("a") == "0123456789AC")
    }

    @Test func aPrefixInTheOrderOfTheWritesIsLeft() throws {
        try expectOutcomes(
            .suffix, "append a 1 create b 2 append a 3",
            [
                "a=0123456789", "a=01234567891", "a=01234567891 b=", "a=01234567891 b=2", "a=012345678913 b=2",
            ])
    }

    @Test func aWriteIsTorn() throws {
        try expectOutcomes(
            .torn, "append a ABC",
            [
                "a=0123456789", "a=0123456789A", "a=0123456789AB",
            ])
    }

    @Test func eachPageIsLostByItself() throws {
        let old = String(repeating: "-", count: 4096)
        let new = "X" + old.dropFirst()
        let probe = try ProbedDisk()
        var seen: Set<[Bool]> = []
        try probe.run("create a \(old + old + old) sync a sync .")
        for seed in 0..<64 {
            try probe.run("write a 0 X write a 4096 X write a 8192 X")
            _ = try probe.disk.losePower(PowerLoss(mode: .pages, seed: UInt64(seed)))
            let content = try #require(probe.content("a"))
            let pages = (0..<3).map { String(content.dropFirst($0 * 4096).prefix(4096)) }
            #expect(content.utf8.count == 3 * 4096 && pages.allSatisfy { $0 == old || $0 == new })
            seen.insert(pages.map { $0 == new })
            // As it was before.
            try probe.run("create a \(old + old + old) sync a")
        }
        #expect(seen.count == 8)
    }

    @Test func theWallClockJumpsAndWritableMappingsAreRefused() throws {
        let probe = try ProbedDisk()
        try probe.disk.moveWallClock(seconds: -1_000_000)
        let now = Date().timeIntervalSince1970
        let lines = try probe.run("create a 1 map a clock").split(separator: "\n")
        #expect(lines.first == "map: 13")
        let shown = try #require(lines.last.flatMap { Double($0) })
        #expect(abs(shown + 1_000_000 - now) < 5)
    }

    /// Runs the script with many seeds: what is left is always one of `outcomes`, and each of them occurs.
    private func expectOutcomes(_ mode: PowerLoss.Mode, _ script: String, _ outcomes: Set<String>) throws {
        var seen: Set<String> = []
        for seed in 0..<64 where seen != outcomes {
            let probe = try ProbedDisk()
            try probe.run(Self.base + script)
            _ = try probe.disk.losePower(PowerLoss(mode: mode, seed: UInt64(seed)))
            let outcome = probe.names.map { "\($0)=\(probe.content($0) ?? "")" }.joined(separator: " ")
            #expect(outcomes.contains(outcome), "seed \(seed)")
            seen.insert(outcome)
        }
        #expect(seen == outcomes)
    }
}
