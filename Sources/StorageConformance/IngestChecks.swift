import Storage

/// What the installation of a snapshot must do (rule 31).
enum IngestChecks {
    static let all: [ConformanceCheck] = [
        ConformanceCheck(name: "ingested tables replace their spans", run: replace),
        ConformanceCheck(name: "a table that is not ingested leaves nothing", run: discard),
        ConformanceCheck(name: "tables keep their order and their spans apart", run: order),
    ]

    private static func put(_ table: any StateTable, _ key: String, _ value: String) throws(StorageError) {
        try Array(key.utf8).withBytes { key throws(StorageError) in
            try Array(value.utf8).withBytes { value throws(StorageError) in try table.put(key, value: value) }
        }
    }

    private static func deleteRange(_ table: any StateTable, _ from: String, _ to: String) throws(StorageError) {
        try Array(from.utf8).withBytes { from throws(StorageError) in
            try Array(to.utf8).withBytes { to throws(StorageError) in try table.deleteRange(from: from, to: to) }
        }
    }

    private static func replace(_ subject: any ConformanceSubject) throws {
        try subject.state.change { batch in for key in ["a", "b", "c", "d", "l1", "l2", "z"] { batch.put(key, "old") } }
        try ingestThree(subject.state)
        let expected = [Row("a", "old"), Row("b", "new"), Row("bb", "new"), Row("d", "old"), Row("l1", "new")]
        for _ in 0..<2 {
            try expect(subject.state.snapshot().rows("a", "~"), expected, "rows")
            try subject.restart()
        }
        try subject.state.change { $0.put("c", "later") }
        try expect(subject.state.value("c"), "later", "a write after it")
    }

    /// Rows, records and a span that is only cleared; nothing of it outlives the call.
    private static func ingestThree(_ state: any StateStore) throws {
        let before = try state.snapshot()
        let rows = try state.makeTable()
        try deleteRange(rows, "b", "d")
        try put(rows, "b", "new")
        try put(rows, "bb", "new")
        let records = try state.makeTable()
        try deleteRange(records, "l", "m")
        try put(records, "l1", "new")
        let cleared = try state.makeTable()
        try deleteRange(cleared, "z", "zz")
        try state.ingest([rows, records, cleared])
        try expect(before.rows("a", "~").count, 7, "rows of an older snapshot")
    }

    private static func discard(_ subject: any ConformanceSubject) throws {
        try subject.state.change { $0.put("a", "old") }
        do {
            let table = try subject.state.makeTable()
            try deleteRange(table, "a", "b")
            try put(table, "a", "new")
            try expect(table.byteCount > 0, true, "bytes staged")
        }
        try subject.state.ingest([])
        try expect(subject.state.value("a"), "old", "value")
    }

    private static func order(_ subject: any ConformanceSubject) throws {
        func isMisuse(_ error: any Error) -> Bool {
            if case .misuse? = error as? StorageError { true } else { false }
        }
        let first = try subject.state.makeTable()
        try put(first, "b", "1")
        try expectFailure("a key twice", { try put(first, "b", "2") }, isExpected: isMisuse)
        try expectFailure("a falling key", { try put(first, "a", "2") }, isExpected: isMisuse)
        let second = try subject.state.makeTable()
        try deleteRange(second, "a", "c")
        try expectFailure(
            "tables that overlap", { try subject.state.ingest([first, second]) }, isExpected: isMisuse)
        try expect(subject.state.value("b"), nil, "value")
    }
}
