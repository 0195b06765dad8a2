import Raft
import Storage

/// What a `LogStore` must do.
enum LogChecks {
    static let all: [ConformanceCheck] = [
        ConformanceCheck(name: "a log that does not exist is empty", run: unknownLog),
        ConformanceCheck(name: "what was appended is read back", run: appendAndRead),
        ConformanceCheck(name: "the byte limit holds but for one entry", run: byteLimit),
        ConformanceCheck(name: "an append cuts what follows it", run: overwrite),
        ConformanceCheck(name: "an append on a chunk's start replaces it", run: overwriteEqual),
        ConformanceCheck(name: "a truncation keeps what follows it", run: truncate),
        ConformanceCheck(name: "a truncation of everything leaves an empty log that goes on", run: truncateAll),
        ConformanceCheck(name: "a reset drops everything and moves the start", run: reset),
        ConformanceCheck(name: "hard state and truncation keep each other", run: hardState),
        ConformanceCheck(name: "a destroyed log is gone, its neighbours stay", run: destroy),
        ConformanceCheck(name: "every log is listed once, in order", run: listing),
        ConformanceCheck(name: "an append that leaves a gap is refused whole", run: gap),
        ConformanceCheck(name: "random overwrites and truncations match an array", run: randomLog),
    ]

    static let name = LogName(shard: ShardID(7), replica: ReplicaID(2))

    static func recover(_ subject: any ConformanceSubject, _ name: LogName = name) throws -> RecoveredLog {
        try subject.log.recover(shard: name.shard, replica: name.replica)
    }

    /// The indexes and terms that a read gives.
    static func read(
        _ subject: any ConformanceSubject, _ from: UInt64, _ through: UInt64, byteLimit: Int = .max,
        _ name: LogName = name
    ) throws -> [[UInt64]] {
        try subject.log.read(
            shard: name.shard, replica: name.replica, from: LogIndex(from), through: LogIndex(through),
            byteLimit: byteLimit
        ).map { [$0.index.rawValue, $0.term.rawValue] }
    }

    static func run(_ first: UInt64, _ term: UInt64) -> TermRun { TermRun(first: LogIndex(first), term: Term(term)) }

    private static func unknownLog(_ subject: any ConformanceSubject) throws {
        try expect(recover(subject), RecoveredLog(), "recovered")
        try expect(read(subject, 1, 10).count, 0, "entries")
        try expect(subject.log.allLogs(), [], "logs")
    }

    private static func appendAndRead(_ subject: any ConformanceSubject) throws {
        try subject.log.write(
            LogBatch(appends: [
                TestEntries.append(name, 1...3, term: 1), TestEntries.append(name, 4...5, term: 2),
                TestEntries.append(LogName(shard: ShardID(8), replica: ReplicaID(1)), 1...2, term: 9),
            ]))
        for _ in 0..<2 {
            try expect(read(subject, 1, 100), [[1, 1], [2, 1], [3, 1], [4, 2], [5, 2]], "all")
            try expect(read(subject, 3, 4), [[3, 1], [4, 2]], "across chunks")
            try expect(read(subject, 6, 9), [], "beyond the end")
            try subject.log.sync()
            try subject.restart()
            let log = try recover(subject)
            try expect(log.termRuns, [run(1, 1), run(4, 2)], "term runs")
            try expect(log.lastIndex, LogIndex(5), "last index")
        }
        let entries = try subject.log.read(
            shard: name.shard, replica: name.replica, from: LogIndex(4), through: LogIndex(4), byteLimit: 1)
        try expect(
            TestEntries.payloads(entries), [TestEntries.entry(4, term: 2, mark: 4_002)], "the bytes of an entry")
    }

    private static func byteLimit(_ subject: any ConformanceSubject) throws {
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 1...6, term: 1, bytes: 1_000)]))
        try expect(read(subject, 2, 6, byteLimit: 1), [[2, 1]], "at least one")
        try expect(read(subject, 2, 6, byteLimit: 3_500).count, 3, "three of about 1,100 bytes")
    }

    private static func overwrite(_ subject: any ConformanceSubject) throws {
        try subject.log.write(
            LogBatch(appends: [
                TestEntries.append(name, 1...10, term: 1), TestEntries.append(name, 11...12, term: 1),
            ]))
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 5...6, term: 2)]))
        for _ in 0..<2 {
            try expect(read(subject, 3, 99), [[3, 1], [4, 1], [5, 2], [6, 2]], "after the overwrite")
            try subject.restart()
            try expect(recover(subject).termRuns, [run(1, 1), run(5, 2)], "term runs")
        }
        // The chunk 1…10 still holds 7…10 of term 1: they must not come back when 5 is replaced alone.
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 5...5, term: 3)]))
        try subject.restart()
        try expect(recover(subject).lastIndex, LogIndex(5), "last index")
        try expect(read(subject, 1, 99).last ?? [], [5, 3], "last entry")
    }

    private static func overwriteEqual(_ subject: any ConformanceSubject) throws {
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 1...4, term: 1)]))
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 1...2, term: 5)]))
        try expect(read(subject, 1, 9), [[1, 5], [2, 5]], "entries")
        try subject.restart()
        try expect(recover(subject).lastIndex, LogIndex(2), "last index")
    }
}
