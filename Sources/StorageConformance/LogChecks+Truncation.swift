import Raft
import Storage

extension LogChecks {
    static func truncation(_ through: UInt64, term: UInt64, _ name: LogName = name) -> LogTruncation {
        LogTruncation(shard: name.shard, replica: name.replica, through: LogIndex(through), term: Term(term))
    }

    static func isTruncated(_ error: any Error) -> Bool { error as? StorageError == .truncated }

    static func truncate(_ subject: any ConformanceSubject) throws {
        try subject.log.write(
            LogBatch(appends: [TestEntries.append(name, 1...4, term: 1), TestEntries.append(name, 5...8, term: 2)]))
        try subject.log.write(LogBatch(truncations: [truncation(6, term: 2)]))
        try subject.log.write(LogBatch(truncations: [truncation(2, term: 1)]))
        for _ in 0..<2 {
            try expect(read(subject, 7, 99), [[7, 2], [8, 2]], "what follows")
            try expectFailure("reading before the start") {
                _ = try read(subject, 6, 8)
            } isExpected: {
                isTruncated($0)
            }
            try subject.restart()
            let log = try recover(subject)
            try expect(log.truncatedIndex, LogIndex(6), "start")
            try expect(log.truncatedTerm, Term(2), "term at the start")
            try expect(log.termRuns, [run(7, 2)], "term runs")
        }
    }

    static func truncateAll(_ subject: any ConformanceSubject) throws {
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 1...4, term: 1)]))
        try subject.log.write(LogBatch(truncations: [truncation(9, term: 3)]))
        try subject.restart()
        var log = try recover(subject)
        try expect(log.lastIndex, LogIndex(9), "end of the empty log")
        try expect(log.termRuns, [], "term runs")
        try expect(log.lastTerm, Term(3), "term at the end")
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 10...11, term: 3)]))
        try subject.restart()
        log = try recover(subject)
        try expect(log.termRuns, [run(10, 3)], "term runs after going on")
    }

    static func reset(_ subject: any ConformanceSubject) throws {
        let state = HardState(term: Term(4), vote: ReplicaID(2), commit: LogIndex(3))
        try subject.log.write(
            LogBatch(
                appends: [TestEntries.append(name, 1...20, term: 1)],
                hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: state)]))
        try subject.log.write(LogBatch(resets: [truncation(7, term: 4)]))
        for _ in 0..<2 {
            try expect(read(subject, 8, 99), [], "entries")
            try subject.restart()
            let log = try recover(subject)
            try expect(
                log,
                RecoveredLog(
                    hardState: state, truncatedIndex: LogIndex(7), truncatedTerm: Term(4), lastIndex: LogIndex(7)),
                "log")
        }
    }

    static func hardState(_ subject: any ConformanceSubject) throws {
        let first = HardState(term: Term(3), vote: ReplicaID(5), commit: LogIndex(1))
        let second = HardState(term: Term(4), vote: nil, commit: LogIndex(2))
        try subject.log.write(
            LogBatch(
                appends: [TestEntries.append(name, 1...4, term: 3)],
                hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: first)]))
        try subject.log.write(LogBatch(truncations: [truncation(2, term: 3)]))
        try subject.restart()
        var log = try recover(subject)
        try expect(log.hardState, first, "hard state after a truncation")
        try subject.log.write(
            LogBatch(hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: second)]))
        try subject.restart()
        log = try recover(subject)
        try expect(log.hardState, second, "new hard state")
        try expect(log.truncatedIndex, LogIndex(2), "start after a hard state")
    }

    static func destroy(_ subject: any ConformanceSubject) throws {
        let before = LogName(shard: ShardID(7), replica: ReplicaID(1))
        let after = LogName(shard: ShardID(7), replica: ReplicaID(3))
        let state = HardState(term: Term(1), vote: nil, commit: .zero)
        try subject.log.write(
            LogBatch(
                appends: [before, name, after].map { TestEntries.append($0, 1...4, term: 1) },
                hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: state)]))
        // A sweep destroys logs that nobody has recovered.
        try subject.restart()
        try subject.log.write(LogBatch(destroys: [name]))
        for _ in 0..<2 {
            try expect(subject.log.allLogs(), [before, after], "logs")
            try expect(recover(subject), RecoveredLog(), "the destroyed log")
            try expect(recover(subject, before).lastIndex, LogIndex(4), "the neighbour before")
            try expect(recover(subject, after).lastIndex, LogIndex(4), "the neighbour after")
            try subject.restart()
        }
    }

    static func listing(_ subject: any ConformanceSubject) throws {
        let names = [(1, 9), (2, 1), (2, 2), (300, 1)].map {
            LogName(shard: ShardID(UInt64($0.0)), replica: ReplicaID(UInt64($0.1)))
        }
        let state = HardState(term: Term(1), vote: nil, commit: .zero)
        try subject.log.write(
            LogBatch(
                appends: [names[3], names[0]].map { TestEntries.append($0, 1...2, term: 1) },
                hardStates: [names[1], names[0], names[2]].map {
                    HardStateRecord(shard: $0.shard, replica: $0.replica, hardState: state)
                }))
        try expect(subject.log.allLogs(), names, "logs")
    }

    static func gap(_ subject: any ConformanceSubject) throws {
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 1...4, term: 1)]))
        try expectFailure("a gap") {
            try subject.log.write(
                LogBatch(appends: [
                    TestEntries.append(name, 5...5, term: 1), TestEntries.append(name, 7...7, term: 1),
                ]))
        } isExpected: { error in
            if case .misuse? = error as? StorageError { true } else { false }
        }
        try expect(read(subject, 1, 99).count, 4, "entries after the refusal")
        try subject.log.write(LogBatch(appends: [TestEntries.append(name, 5...5, term: 1)]))
        try subject.restart()
        try expect(recover(subject).lastIndex, LogIndex(5), "last index")
    }
}
