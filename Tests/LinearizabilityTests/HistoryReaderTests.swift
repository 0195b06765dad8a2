import Linearizability
import TestKit
import Testing

/// The file format of `dshard bench --history`.
@Suite("Reading a history") struct HistoryReaderTests {
    private static let good =
        #"{"client":1,"op":"get","key":"k","found":null,"outcome":"ok","start_ns":1,"end_ns":2}"# + "\n"

    @Test("Every field, in any order, with escapes, and unknown ones skipped")
    func readsEveryField() throws {
        let text = #"""
            {"client":3,"op":"put","key":"k\\\\x00","value":"a\"b","expect":null,"found":null,"outcome":"ok",\#
            "start_ns":5,"end_ns":9}

            { "end_ns": 30, "start_ns": 20, "outcome": "failed", "expect": "a", "value": "c", "key": "k", \#
            "op": "cas", "client" : 0 }
            {"client":4,"op":"get","key":"k","found":"c","extra":[1,{"}":"],\""}],"more":-1.5e3,"outcome":"unknown",\#
            "start_ns":1,"end_ns":2}
            {"client":5,"op":"delete","key":"\u00e9\ud83d\ude00\t","outcome":"ok","start_ns":1,"end_ns":2}
            """#
        let history = try HistoryReader.parse(Array(text.utf8))
        let read = history.operations
        try #require(read.count == 4)
        #expect(history.text(of: read[0].key) == #"k\\x00"# && history.text(of: read[0].value) == "a\"b")
        #expect(read[0].client == 3 && read[0].kind == .put && read[0].outcome == .ok)
        #expect(read[0].start == 5 && read[0].end == 9 && read[0].observed == .absent)
        #expect(read[1].kind == .compareAndSet && read[1].outcome == .failed && read[1].client == 0)
        #expect(history.text(of: read[1].observed) == "a" && history.text(of: read[1].value) == "c")
        #expect(read[1].start == 20 && read[1].end == 30)
        #expect(read[2].kind == .get && read[2].outcome == .unknown && read[2].key == read[1].key)
        #expect(read[2].observed == read[1].value)
        #expect(read[3].kind == .delete && history.text(of: read[3].key) == "é😀\t")
        #expect(history.keyCount == 3)
    }

    @Test("An escape more or less is the same text")
    func escapesDoNotMatter() throws {
        let plain = Self.good.replacing("null", with: "\"ab\"")
        let escaped = Self.good.replacing("null", with: "\"a\\u0062\"")
        let history = try HistoryReader.parse(Array((plain + escaped).utf8))
        #expect(history.operations[0] == history.operations[1])
        #expect(history.text(of: history.operations[0].observed) == "ab")
    }

    @Test(
        "What is not an operation is refused with its line and a reason",
        arguments: [
            ("{", "'\"' expected"), ("{}", "'\"' expected"), ("[]", "'{' expected"), ("oops", "'{' expected"),
            (#"{"op":"put"}"#, "client is missing"), (#"{"op":7}"#, "'\"' expected"),
            (#"{"key":"a"#, "a string does not end"), (#"{"key":"a\"#, "a string does not end"),
            (#"{"key":"\q"}"#, "a string has an escape that JSON does not know"),
            (#"{"key":"\u12"}"#, "\\u needs four hexadecimal digits"),
            (#"{"key":"\ud83d"}"#, "half of a surrogate pair"),
            (#"{"key":"\ud83d\u0041"}"#, "half of a surrogate pair"), (#"{"found":nil}"#, "null expected"),
            (#"{"found":n"#, "null expected"), (#"{"found":7}"#, "'\"' expected"), (#"{"more":}"#, "a value expected"),
            (#"{"more":[1"#, "the object does not end"), (#"{"start_ns":}"#, "a whole number expected"),
            (#"{"start_ns":-1}"#, "a whole number expected"), (#"{"start_ns":1.5}"#, "'}' expected"),
            (#"{"start_ns":9223372036854775808}"#, "a number is over 9223372036854775807"),
            (#"{"client":2147483648}"#, "a client's number must be below 2147483648"),
        ])
    func refusesWhatIsNotAHistory(text: String, reason: String) {
        #expect(throws: HistoryError(line: 2, reason: reason)) { try HistoryReader.parse(Array("\n\(text)\n".utf8)) }
        #expect(throws: HistoryError(line: 2, reason: reason)) { try HistoryReader.parse(Array("\n\(text)".utf8)) }
    }

    @Test(
        "Fields that do not fit together are refused",
        arguments: [
            (#""op":"get""#, #""op":"swap""#, "op must be put, get, delete or cas"),
            (#""op":"get""#, #""op":"put""#, "a put and a cas need a value"),
            (#""outcome":"ok""#, #""outcome":"maybe""#, "outcome must be ok, failed or unknown"),
            (#""key":"k","#, "", "key is missing"), (#","end_ns":2"#, "", "end_ns is missing"),
            (#""start_ns":1,"#, "", "start_ns is missing"),
            (#""end_ns":2"#, #""end_ns":0"#, "end_ns is before start_ns"),
            ("}", "} {}", "the line goes on after the object"),
        ])
    func refusesContradictions(old: String, new: String, reason: String) {
        let line = Self.good.replacing(old, with: new)
        #expect(throws: HistoryError(line: 3, reason: reason)) {
            try HistoryReader.parse(Array((Self.good + Self.good + line + Self.good).utf8))
        }
    }

    @Test("Every cut and every changed byte of a line gives an operation or an error, never an end of the process")
    func survivesDamage() {
        let line =
            Array(#"{"client":1,"op":"cas","key":"\u00e9","value":"a\\x00","expect":null,"x":[{}],"#.utf8)
            + Array(#""outcome":"ok","start_ns":1,"end_ns":2}"#.utf8)
        var errors = 0
        for position in line.indices {
            for byte in [UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "\n"), UInt8(ascii: "}"), 0, 0xFF] {
                var changed = line
                changed[position] = byte
                if (try? HistoryReader.parse(changed)) == nil { errors += 1 }
            }
            if (try? HistoryReader.parse(Array(line[..<position]))) == nil { errors += 1 }
        }
        #expect(errors > line.count * 4)
    }

    @Test("Where the chunks of a file end does not matter", arguments: [1, 2, 7, 100, 1000])
    func chunksDoNotMatter(size: Int) throws {
        let operations = HistoryGenerator.make(.init(clients: 4, operations: 60, keys: 3), seed: 9)
        let bytes = Array(operations.map(\.line).joined().utf8)
        var reader = HistoryReader()
        for start in stride(from: 0, to: bytes.count, by: size) {
            try reader.append(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let history = try reader.finish()
        let whole = try HistoryReader.parse(bytes)
        #expect(history.operations == whole.operations)
        #expect(history.operations.map { history.text(of: $0.key) } == operations.map(\.key))
        #expect(history.operations.map { history.text(of: $0.value) } == operations.map(\.value))
    }

    @Test("Runs of a load follow each other, and the final state must fit")
    func runsFollowEachOther() throws {
        var run = [
            TextOperation(client: 0, kind: .put, key: "k", value: "a", start: 100, end: 110),
            TextOperation(client: 1, kind: .get, key: "k", found: "a", start: 120, end: 130),
        ]
        var history = History()
        try history.append(run: History(run))
        (run[0].value, run[1].found) = ("b", "b")
        try history.append(run: History(run))
        #expect(history.operations[2].start > history.operations[1].end)
        #expect(Set(history.operations.map(\.client)).count == 4)
        #expect(try LinearizabilityChecker().check(history) == .linearizable)

        var lost = history
        try lost.append(finalState: ["k": "a"])
        #expect(try LinearizabilityChecker().check(lost) != .linearizable)
        try history.append(finalState: ["k": "b"])
        #expect(try LinearizabilityChecker().check(history) == .linearizable)
    }
}
