import Keyspace
import Raft
import Wire

extension Membership {
    /// Gives out an id for a new shard that no shard had or will have: drawn from a row, durably before its use
    /// (rule 37). Nothing is said when this node does not lead the system shard or somebody else wrote the row: whoever
    /// needs it asks again. On the loop.
    func reserveShard(then done: @escaping @Sendable (ShardID) -> Void) {
        guard leadingTerm != nil else { return }
        let counter = KeyRange(start: SystemRow.shardCounter, end: SystemRow.shardCounter.successor)
        shard.rows(in: counter) { [self] result in
            guard case .success(let rows) = result else { return }
            guard let row = rows.first else { return beginShardCounter(then: done) }
            guard let next = try? SystemRow.decodeCounter(row.value) else { return }
            reserve(ShardID(next), row.version, then: done)
        }
    }

    /// A cluster from before there was this row: its shards are those of its first record, none was split or merged.
    private func beginShardCounter(then done: @escaping @Sendable (ShardID) -> Void) {
        shard.rows(in: SystemRow.shards) { [self] result in
            guard case .success(let rows) = result else { return }
            var greatest = ShardID(0)
            for row in rows {
                guard let descriptor = try? SystemRow.decodeDescriptor(row.value) else { return }
                greatest = max(greatest, descriptor.shard)
            }
            reserve(ShardID(greatest.rawValue &+ 1), nil, then: done)
        }
    }

    private func reserve(
        _ next: ShardID, _ version: Timestamp?, then done: @escaping @Sendable (ShardID) -> Void
    ) {
        guard next.rawValue > 0, next.rawValue < .max else { return }
        shard.set(SystemRow.shardCounter, SystemRow.encode(counter: next.rawValue + 1), ifVersion: version) { written in
            if case .success(true) = written { done(next) }
        }
    }
}
