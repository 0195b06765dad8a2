package import Raft

/// Every bound of the scheduler, with its reason. What an operator of a cluster may want to change is in
/// ``PlacementRules``.
package struct PlacementLimits: Sendable {
    /// Silence after which a node counts as down: two lost reports, and longer than any election.
    package var downAfter: Interval = .seconds(10)
    /// Replicas on their way to one node. Snapshots are disk-bound at the receiver: more at once finish no earlier.
    package var receivingPerNodeMax = 4
    /// Of these, how many may serve balance only: repair must find a free one.
    package var receivingForBalanceMax = 3
    /// Replicas on their way from shards that one node leads: it reads and sends their snapshots.
    package var sendingPerNodeMax = 8
    /// Leaderships on their way from or to one node: a transfer costs its shard a round trip of waiting.
    package var transfersPerNodeMax = 32
    /// Operators at once in the whole cluster, so that the rows and the requests of a pass stay few.
    package var operatorsMax = 2_048
    /// Splits at once: each one writes to the system shard.
    package var splitsMax = 16
    /// Merges at once: each one freezes a shard for a moment (rule 33).
    package var mergesMax = 8
    /// Shards for which a pass looks for a node in vain before it leaves the rest to the next pass.
    package var fruitlessSearchesMax = 1_000
    /// Shards among which a move or transfer picks the fittest, once it has found one at all.
    package var candidatesMax = 16
    /// What a pass could not do and says so; the rest would say the same.
    package var obstaclesMax = 256

    /// A node takes in a replica only if this part of its disk stays free, in percent…
    package var acceptFreePercent: UInt64 = 20
    /// …and gives replicas away below this. The distance keeps a replica from going back and forth.
    package var shedFreePercent: UInt64 = 10
    /// Bytes of two nodes may differ by this part of the mean, in percent…
    package var bytesSlackPercent: UInt64 = 10
    /// …and by this anyway: in a small or empty cluster any part of the mean is next to nothing.
    package var bytesSlackMin: ByteCount = .gibibytes(1)
    /// The loads that two nodes carry as leaders may differ by this part of the mean, in percent…
    package var loadSlackPercent = 25
    /// …and by this anyway.
    package var loadSlackMin: LaneShare = .percent(20)
    /// A shard may merge when it has at most this part of what would split it, in percent. Two of them together are
    /// half of a shard: what has merged does not split at once.
    package var mergePercent: UInt64 = 25
    /// Merges stop at so many shards a node: fewer leave nodes and lanes without work.
    package var shardsPerNodeMin = 4

    /// A transfer that has not happened by then will not.
    package var transferTime: Interval = .seconds(30)
    /// What steps that move no data may take.
    package var stepsTime: Interval = .seconds(120)
    /// The slowest copy worth waiting for, in bytes per second.
    package var copyBytesPerSecondMin: UInt64 = 1 << 20

    package init() {}

    /// Whether the bounds fit together.
    package var isConsistent: Bool {
        receivingForBalanceMax >= 1 && receivingForBalanceMax <= receivingPerNodeMax
            && shedFreePercent < acceptFreePercent && mergePercent * 2 < 100
            && operatorsMax > 0 && copyBytesPerSecondMin > 0 && candidatesMax > 0
    }
}
