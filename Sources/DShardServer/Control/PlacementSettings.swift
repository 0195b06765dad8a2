import Placement
import Raft

/// What the operator of the cluster wants of placement; the same on every node, since any may come to lead it.
struct PlacementSettings: Sendable {
    /// A node that was silent for so long has its replicas replaced.
    var repairAfter: Interval
    /// A shard of this size is split, in bytes.
    var shardBytes: UInt64
    /// Neighbours that were small and quiet for so long are merged.
    var mergeAfter: Interval

    var rules: PlacementRules {
        var rules = PlacementRules()
        rules.repairAfter = repairAfter
        rules.mergeAfter = mergeAfter
        rules.splitBytes = ByteCount(shardBytes)
        // Nodes are called every second: this is two lost answers, and longer than any election.
        rules.limits.downAfter = .seconds(3)
        return rules
    }
}
