package import Keyspace

/// How busy a shard keeps its leader.
package struct ShardLoad: Hashable, Sendable {
    /// Reads and writes together, averaged over a few seconds.
    package var operationsPerSecond: UInt64
    /// Of the leader's lane.
    package var share: LaneShare
    /// A key with half of the load on either side; nil when none is known, or one key has it all.
    package var halvingKey: Key?

    package init(operationsPerSecond: UInt64 = 0, share: LaneShare = .zero, halvingKey: Key? = nil) {
        self.operationsPerSecond = operationsPerSecond
        self.share = share
        self.halvingKey = halvingKey
    }
}
