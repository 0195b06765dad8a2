package import Raft

/// What an operator wants of the cluster.
package struct PlacementRules: Sendable {
    /// Voters of every shard of users.
    package var replication: ReplicationFactor = .three
    /// The labels that tell nodes apart that fail together, the largest unit first; below the last comes the node.
    package var spreadBy: [String] = ["zone", "rack"]
    /// A node that was silent for so long has its replicas replaced. Shorter would copy everything at each reboot.
    package var repairAfter: Interval = .seconds(300)
    /// A shard of this size is split: large enough for few shards, small enough to move in seconds.
    package var splitBytes: ByteCount = .mebibytes(256)
    /// A shard that takes so much of a lane is split…
    package var splitLoad: LaneShare = .percent(50)
    /// …if it does so for this long.
    package var splitLoadFor: Interval = .seconds(10)
    /// Two neighbours merge when both were small and quiet for so long: borders return with the next busy hour.
    package var mergeAfter: Interval = .seconds(3_600)
    /// What keeps the scheduler in bounds.
    package var limits = PlacementLimits()

    package init() {}

    /// The most labels to spread by: each has a byte of the crowding's word.
    package static let spreadLevelsMax = 7

    /// Voters of the system shard: three, and five as soon as so many nodes are there to stay (rule 36).
    package func systemReplication(nodes: Int) -> ReplicationFactor { nodes >= 5 ? .five : .three }

    /// Whether a shard with this size and load may merge with a neighbour that has no more.
    func isSmallAndQuiet(bytes: ByteCount, load: LaneShare) -> Bool {
        bytes <= splitBytes.percent(limits.mergePercent)
            && load.perMille * 100 <= splitLoad.perMille * Int(clamping: limits.mergePercent)
    }
}
