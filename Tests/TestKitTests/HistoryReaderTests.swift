import TestKit
import Testing

/// The file format of `dshard bench --history`.
@Suite struct HistoryReaderTests {
    @Test func readsEveryField() throws {
        let text = #"""
            {"client":3,"op":"put","key":"k\\\\x00","value":"a\"b","expect":null,"found":null,"outcome":"ok",\#
            "start_ns":5,"end_ns":9}

            { "end_ns": 30, "start_ns": 20, "outcome": "failed", "expect": "a", "value": "c", "key": "k", "op": "cas" }
            {"client":4,"op":"get","key":"k","found":"c","extra":[1],"outcome":"unknown","start_ns":1,"end_ns":2}
            """#
        let read = try HistoryReader.parse(Array(text.utf8))
        #expect(read.count == 3)
        #expect(
            read[0]
                == HistoryOperation(
                    client: 3, kind: .put, key: "k\\\\x00", value: "a\"b", outcome: .ok, start: 5, end: 9))
        #expect(
            read[1]
                == HistoryOperation(
                    client: 0, kind: .cas, key: "k", value: "c", expect: "a", outcome: .failed, start: 20, end: 30))
        #expect(read[2].found == "c" && read[2].outcome == .unknown)
    }

    @Test(arguments: [
        "{", "{}", "{\"op\":\"put\"}", "{\"op\":7}", "{\"key\":\"a", "{\"key\":\"\\q\"}", "[]",
        "{\"op\":\"get\",\"key\":\"k\",\"outcome\":\"ok\",\"start_ns\":-1,\"end_ns\":2}",
        "{\"op\":\"get\",\"key\":\"k\",\"outcome\":\"maybe\",\"start_ns\":1,\"end_ns\":2}",
    ])
    func refusesWhatIsNotAHistory(text: String) {
        #expect(throws: HistoryReader.ParseError.self) { try HistoryReader.parse(Array("\n\(text)\n".utf8)) }
    }

    @Test func namesTheLine() {
        let good = "{\"op\":\"get\",\"key\":\"k\",\"outcome\":\"ok\",\"start_ns\":1,\"end_ns\":2}\n"
        let error = #expect(throws: HistoryReader.ParseError.self) {
            try HistoryReader.parse(Array((good + good + "oops\n").utf8))
        }
        #expect(error?.line == 3)
    }

    @Test func runsFollowEachOther() {
        let run = [
            HistoryOperation(client: 0, kind: .put, key: "k", value: "a", start: 100, end: 110),
            HistoryOperation(client: 1, kind: .get, key: "k", found: "a", start: 120, end: 130),
        ]
        var second = run
        second[0].value = "b"
        second[1].found = "b"
        var history = History()
        history.append(run: run)
        history.append(run: second)
        #expect(history.operations[2].start > history.operations[1].end)
        #expect(Set(history.operations.map(\.client)).count == 4)
        #expect(LinearizabilityChecker().check(history.operations) == .linearizable)

        var lost = history
        lost.append(finalState: ["k": "a"])
        #expect(LinearizabilityChecker().check(lost.operations) != .linearizable)
        history.append(finalState: ["k": "b"])
        #expect(LinearizabilityChecker().check(history.operations) == .linearizable)
    }
}
