internal import Keyspace
internal import Raft

/// Shards that are too large or too busy.
extension Pass {
    mutating func splitAll() {
        for position in work.swollen where !isBusy[position] {
            guard hasRoom, work.splits < limits.splitsMax else { return }
            let shard = view.shards[position]
            switch SplitPolicy.verdict(shard, rules: rules, now: now) {
            case .leave: break
            case .stuck(let reason): report(shard.id, .noSplitKey(reason))
            case .split(let key, let reason):
                var writer = StepWriter(shard.descriptor)
                writer.split(at: key)
                start(position, writer, .split, reason)
            }
        }
    }
}
