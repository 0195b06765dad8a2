internal import Keyspace
internal import Raft

/// When two neighbours become one.
enum MergePolicy {
    /// Whether the shard was small and quiet for long enough.
    static func isQuiet(_ shard: ShardView, rules: PlacementRules, now: Instant) -> Bool {
        guard !shard.isSystem, let since = shard.quietSince else { return false }
        return now - since >= rules.mergeAfter
    }

    /// Whether `right` begins where `left` ends, in the same space (rule 36).
    static func areNeighbours(_ left: ShardView, _ right: ShardView) -> Bool {
        !left.isSystem && !right.isSystem && left.descriptor.range.end == right.descriptor.range.start
    }
}
