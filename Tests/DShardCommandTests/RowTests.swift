import Keyspace
import Testing

@testable import dshard

@Suite("Rows as lines")
struct RowTests {
    @Test("dump → load is the identity, for every byte at every place")
    func identity() throws {
        let all = Array(UInt8.min...UInt8.max)
        var rows: [(key: [UInt8], value: [UInt8])] = [(all, all), ([9], []), ([10], [10]), (Array("\\x41".utf8), [0])]
        var random = BenchRandom(seed: 3)
        for _ in 0..<500 {
            let key = (0...random.below(12)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            rows.append((key, (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) }))
        }
        var dump: [UInt8] = []
        for row in rows { RowText.append(key: row.key, value: row.value, .escaped, to: &dump) }
        let lines = dump.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        #expect(lines.count == rows.count)
        for (line, row) in zip(lines, rows) {
            let parsed = try RowText.parse(line, .escaped)
            #expect(parsed.key == row.key && parsed.value == row.value)
        }
    }

    @Test("The raw form has no escapes, and knows what it cannot hold")
    func raw() throws {
        var line: [UInt8] = []
        RowText.append(key: [0x5C, 0xFF], value: [0x09, 0x5C], .raw, to: &line)
        #expect(line == [0x5C, 0xFF, 0x09, 0x09, 0x5C, 0x0A])
        let row = try RowText.parse(line.dropLast(), .raw)
        #expect(row.key == [0x5C, 0xFF] && row.value == [0x09, 0x5C])
        #expect(RowText.isRawSafe(key: [1], value: [9]))
        #expect(!RowText.isRawSafe(key: [9], value: []))
        #expect(!RowText.isRawSafe(key: [10], value: []))
        #expect(!RowText.isRawSafe(key: [1], value: [10]))
    }

    @Test func badLines() {
        expect("abc", fails: .noTab)
        expect("", fails: .noTab)
        expect("\tv", fails: .emptyKey)
        expect("a\\q\tv", fails: .escape(KeyTextError(offset: 1)))
        expect("a\tv\\x0", fails: .escape(KeyTextError(offset: 1)))
        let (key, value) = (KeyLimits.keyBytesMax, KeyLimits.valueBytesMax)
        expect(String(repeating: "k", count: key + 1) + "\t", fails: .keyTooLong(key + 1))
        expect("k\t" + String(repeating: "v", count: value + 1), fails: .valueTooLong(value + 1))
        #expect(throws: Never.self) {
            let line = String(repeating: "k", count: key) + "\t" + String(repeating: "v", count: value)
            _ = try RowText.parse(Array(line.utf8)[...], .escaped)
        }
    }

    @Test("Lines are the same however the stream is cut", arguments: [1, 2, 3, 7, 100])
    func lineReader(chunk: Int) {
        let text = Array("a\n\nlong line\nend".utf8)
        var reader = LineReader(lineBytesMax: 100)
        var lines: [String] = []
        var rest = text[...]
        while true {
            switch reader.next() {
            case .line(let line): lines.append(String(decoding: line, as: UTF8.self))
            case .needsMore:
                if rest.isEmpty { reader.finish() }
                reader.append(rest.prefix(chunk))
                rest = rest.dropFirst(chunk)
            case .tooLong: Issue.record("no line is too long")
            case .end:
                #expect(lines == ["a", "", "long line", "end"])
                return
            }
        }
    }

    @Test("A line may have the limit's length and not one byte more, ended or not")
    func lineLimit() {
        for (text, isTooLong) in [("1234\n", false), ("12345\n", true), ("12345", true)] {
            var reader = LineReader(lineBytesMax: 4)
            reader.append(Array(text.utf8))
            #expect((reader.next() == .tooLong) == isTooLong)
        }
    }

    @Test("Prefixes and bounds together")
    func spans() {
        #expect(KeySpan(prefix: [1, 0xFF, 0xFF]).end == [2])
        #expect(KeySpan(prefix: [0xFF]).end == nil)
        #expect(KeySpan(prefix: []) == KeySpan())
        #expect(KeySpan(start: [1, 5], end: [9], prefix: [1]) == KeySpan(start: [1, 5], end: [2]))
        #expect(KeySpan(start: [0], end: [1, 3], prefix: [1]) == KeySpan(start: [1], end: [1, 3]))
        #expect(KeySpan(start: [3], prefix: [1]).isEmpty)
        #expect(KeySpan(start: [3], end: [3]).isEmpty)
        #expect(KeySpan(end: []).isEmpty)
        #expect(!KeySpan(start: [3]).isEmpty && !KeySpan().isEmpty)
    }

    private func expect(_ line: String, fails problem: RowText.Problem) {
        #expect(throws: problem) { try RowText.parse(Array(line.utf8)[...], .escaped) }
    }
}
