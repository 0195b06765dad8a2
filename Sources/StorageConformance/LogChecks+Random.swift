import Raft
import Storage
import Wire

extension LogChecks {
    /// Rule 13: random overwrites and truncations against a plain array, with a restart after each. Few, because a
    /// start costs; the same story runs thousands of times on the logic alone.
    static func randomLog(_ subject: any ConformanceSubject) throws {
        for seed in UInt64(0)..<2 {
            let name = LogName(shard: ShardID(seed + 1), replica: ReplicaID(1))
            var draw = Draw(seed: seed)
            var model = LogModel()
            for step in 0..<12 {
                try subject.log.write(model.change(name, &draw))
                if draw.below(3) > 0 { try compare(subject, name, model, "seed \(seed), step \(step), before") }
                try subject.restart()
                try expect(
                    recover(subject, name).lastIndex, LogIndex(model.last), "seed \(seed), step \(step), end")
                try compare(subject, name, model, "seed \(seed), step \(step)")
            }
        }
    }

    private static func compare(
        _ subject: any ConformanceSubject, _ name: LogName, _ model: LogModel, _ story: String
    ) throws {
        let log = try recover(subject, name)
        try expect(log.truncatedIndex, LogIndex(model.start), "\(story): start")
        try expect(log.truncatedTerm, Term(model.startTerm), "\(story): term at the start")
        try expect(log.termRuns, model.termRuns, "\(story): term runs")
        let entries = try subject.log.read(
            shard: name.shard, replica: name.replica, from: LogIndex(model.start + 1), through: LogIndex(.max),
            byteLimit: .max)
        try expect(TestEntries.payloads(entries), model.entries.map(\.bytes), "\(story): entries")
    }
}
