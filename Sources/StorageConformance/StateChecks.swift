import Storage

/// What a `StateStore` must do.
enum StateChecks {
    static let all: [ConformanceCheck] = [
        ConformanceCheck(name: "what was put is found, what was deleted is not", run: putAndDelete),
        ConformanceCheck(name: "later changes of a batch win", run: orderInBatch),
        ConformanceCheck(name: "a written batch is empty again", run: batchReuse),
        ConformanceCheck(name: "a snapshot does not move", run: snapshot),
        ConformanceCheck(name: "an iteration keeps its bounds in both directions", run: iteration),
        ConformanceCheck(name: "a scan shows what an iteration shows", run: scan),
        ConformanceCheck(name: "a multi-get answers in order", run: multiGet),
        ConformanceCheck(name: "a read from memory finds or would block", run: cacheOnly),
        ConformanceCheck(name: "the node's own rows are apart from the state", run: nodeRows),
        ConformanceCheck(name: "a foreign batch and writer 0 are refused", run: misuse),
        ConformanceCheck(name: "random changes match a dictionary", run: randomRows),
    ]

    private static func putAndDelete(_ subject: any ConformanceSubject) throws {
        try subject.state.change { batch in
            batch.put("a", "1", header: "h:")
            batch.put("b", "")
            batch.put("c", "3")
        }
        try subject.state.change { $0.delete("c") }
        for _ in 0..<2 {
            try expect(subject.state.value("a"), "h:1", "header and value")
            try expect(subject.state.value("b"), "", "an empty value")
            try expect(subject.state.value("c"), nil, "a deleted key")
            try expect(subject.state.value("d"), nil, "a key that never was")
            try subject.state.sync()
            try subject.restart()
        }
    }

    private static func orderInBatch(_ subject: any ConformanceSubject) throws {
        try subject.state.change { batch in
            batch.put("a", "1")
            batch.put("m", "1")
            batch.deleteRange("a", "m")
            batch.put("b", "2")
            batch.delete("b")
            batch.put("b", "3")
        }
        try expect(subject.state.snapshot().rows("a", "z"), [Row("b", "3"), Row("m", "1")], "rows")
        try subject.state.change { $0.deleteRange("b", "b") }
        try expect(subject.state.value("b"), "3", "after an empty range")
    }

    private static func batchReuse(_ subject: any ConformanceSubject) throws {
        let batch = subject.state.makeBatch()
        batch.put("a", "1")
        try expect(batch.count, 1, "count")
        try expect(batch.byteCount >= 2, true, "bytes")
        try subject.state.write(batch, writer: 1)
        try expect(batch.count, 0, "count after the write")
        try expect(batch.byteCount, 0, "bytes after the write")
        batch.put("b", "2")
        batch.clear()
        batch.put("c", "3")
        try subject.state.write(batch, writer: 2)
        try expect(subject.state.snapshot().rows("a", "z"), [Row("a", "1"), Row("c", "3")], "rows")
    }

    private static func snapshot(_ subject: any ConformanceSubject) throws {
        try subject.state.change { $0.put("a", "1") }
        let snapshot = try subject.state.snapshot()
        try subject.state.change { batch in
            batch.put("a", "2")
            batch.put("b", "2")
        }
        try expect(snapshot.value("a"), "1", "the old value")
        try expect(snapshot.rows("a", "z"), [Row("a", "1")], "rows")
        try expect(subject.state.value("a"), "2", "the new value")
    }

    private static func iteration(_ subject: any ConformanceSubject) throws {
        try subject.state.change { batch in for key in ["a", "b", "c", "d", "e"] { batch.put(key, key) } }
        let snapshot = try subject.state.snapshot()
        func keys(_ from: String, _ to: String, reverse: Bool = false, limit: Int = .max) throws -> String {
            try snapshot.rows(from, to, reverse: reverse, limit: limit).map(\.key).joined()
        }
        try expect(keys("b", "d"), "bc", "forward")
        try expect(keys("b", "d", reverse: true), "cb", "reverse")
        try expect(keys("bb", "dd"), "cd", "bounds between keys")
        try expect(keys("bb", "dd", reverse: true), "dc", "bounds between keys, reverse")
        try expect(keys("a", "z", limit: 2), "ab", "stopped")
        try expect(keys("a", "z", reverse: true, limit: 2), "ed", "stopped, reverse")
        try expect(keys("c", "c"), "", "an empty range")
        try expect(keys("d", "b"), "", "bounds in the wrong order")
    }

    private static func scan(_ subject: any ConformanceSubject) throws {
        for round in 0..<2 {
            try subject.state.change { batch in
                for number in 0..<500 { batch.put("k\(1_000 + number)", "\(round) \(number)") }
                batch.delete("k1100")
            }
            do {
                let snapshot = try subject.state.snapshot()
                try subject.state.change { $0.deleteRange("k", "l") }
                try expect(snapshot.scanned("k1050", "k1300"), snapshot.rows("k1050", "k1300"), "rows")
                try expect(snapshot.scanned("k", "l").count, 499, "all rows")
                try expect(snapshot.scanned("k", "l", limit: 3).count, 3, "stopped")
            }
            try subject.state.sync()
            try subject.restart()
        }
    }

    private static func multiGet(_ subject: any ConformanceSubject) throws {
        try subject.state.change { batch in
            batch.put("a", "1")
            batch.put("c", "")
        }
        var answers: [String] = []
        try subject.state.multiGet(["c", "x", "a", "a"].map { Array($0.utf8) }) { position, value in
            var text = "-"
            if let value { text = String(decoding: [UInt8](copying: value), as: UTF8.self) }
            answers.append("\(position):\(text)")
        }
        try expect(answers, ["0:", "1:-", "2:1", "3:1"], "answers")
        try subject.state.multiGet([]) { _, _ in answers.append("none") }
        try expect(answers.count, 4, "answers to nothing")
    }

    private static func cacheOnly(_ subject: any ConformanceSubject) throws {
        try subject.state.change { $0.put("a", "1") }
        var value: [UInt8] = []
        let outcome = try Array("a".utf8).withBytes { key throws(StorageError) in
            try subject.state.get(key, tier: .cacheOnly) { value = [UInt8](copying: $0) }
        }
        try expect(outcome != .absent, true, "a key that is there")
        if outcome == .found { try expect(value, Array("1".utf8), "value") }
    }

    private static func nodeRows(_ subject: any ConformanceSubject) throws {
        let key = NodeKey.cache("x")
        try subject.state.change { batch in
            key.withBytes { key in Array("v".utf8).withBytes { batch.putNode(key, value: $0) } }
        }
        for expected in [GetOutcome.found, .absent] {
            try subject.restart()
            var value: [UInt8] = []
            let outcome = try key.withBytes { key throws(StorageError) in
                try subject.state.getNode(key) { value = [UInt8](copying: $0) }
            }
            try expect(outcome, expected, "outcome")
            try expect(value, expected == .found ? Array("v".utf8) : [], "value")
            try expect(subject.state.snapshot().rows("", "~"), [], "rows of the state")
            try subject.state.change { batch in key.withBytes { batch.deleteNode($0) } }
        }
    }

    private static func misuse(_ subject: any ConformanceSubject) throws {
        final class Foreign: StateBatch {
            func put(_ key: RawSpan, header: RawSpan, value: RawSpan) {}
            func delete(_ key: RawSpan) {}
            func deleteRange(from: RawSpan, to: RawSpan) {}
            func putNode(_ key: RawSpan, value: RawSpan) {}
            func deleteNode(_ key: RawSpan) {}
            var count: Int { 0 }
            var byteCount: Int { 0 }
            func clear() {}
        }
        func isMisuse(_ error: any Error) -> Bool {
            if case .misuse? = error as? StorageError { true } else { false }
        }
        try expectFailure("a foreign batch", { try subject.state.write(Foreign(), writer: 1) }, isExpected: isMisuse)
        try expectFailure("writer 0", { try subject.state.change(writer: 0) { _ in } }, isExpected: isMisuse)
        try subject.state.change { $0.put("a", "1") }
        try expect(subject.state.value("a"), "1", "a good write after them")
    }

    private static func randomRows(_ subject: any ConformanceSubject) throws {
        var draw = Draw(seed: 11)
        var model: [String: String] = [:]
        for step in 0..<60 {
            try subject.state.change(writer: UInt8(1 + draw.below(3))) { batch in
                for _ in 0..<(1 + draw.below(10)) {
                    let key = "k\(10 + draw.below(80))"
                    switch draw.below(8) {
                    case 0:
                        batch.delete(key)
                        model[key] = nil
                    case 1:
                        let end = "k\(10 + draw.below(80))"
                        batch.deleteRange(key, end)
                        model = model.filter { $0.key < key || $0.key >= end }
                    default:
                        batch.put(key, "\(step)")
                        model[key] = "\(step)"
                    }
                }
            }
            if draw.below(20) == 0 { try subject.restart() }
            let expected = model.sorted { $0.key < $1.key }.map { Row($0.key, $0.value) }
            let reverse = draw.below(2) == 0
            let rows = try subject.state.snapshot().rows("k", "l", reverse: reverse)
            try expect(rows, reverse ? expected.reversed() : expected, "step \(step)")
        }
    }
}
