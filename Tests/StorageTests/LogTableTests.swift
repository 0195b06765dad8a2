import Raft
import Storage
import StorageConformance
import Testing

/// Rule 13, on the logic that both engines share.
@Suite struct LogTableTests {
    /// Random overwrites, truncations and resets against a plain array, with a start after each.
    @Test(arguments: 0..<30 as Range<UInt64>)
    func matchesAnArray(seed: UInt64) throws {
        let name = LogName(shard: ShardID(3), replica: ReplicaID(1))
        var draw = Draw(seed: seed)
        var model = LogModel()
        var engine = MemoryEngine()
        for _ in 0..<40 {
            try engine.write(model.change(name, &draw))
            let log = try engine.restart()
            try #require(log.verdict == .consistent)
            let recovered = try log.engine.recover(shard: name.shard, replica: name.replica)
            try #require(recovered.termRuns == model.termRuns)
            try #require(recovered.lastIndex.rawValue == model.last)
            try #require(recovered.truncatedIndex.rawValue == model.start)
            let entries = try log.engine.read(
                shard: name.shard, replica: name.replica, from: LogIndex(model.start + 1), through: LogIndex(.max),
                byteLimit: .max)
            try #require(TestEntries.payloads(entries) == model.entries.map(\.bytes))
            engine = log.engine
        }
    }
}
