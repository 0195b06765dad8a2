package import Raft

/// What one replica had to do on its lane in some time.
package struct ShardWork: Sendable {
    package var shard: ShardID
    /// Of its epoch: work for a former range says nothing of the present one.
    package var version: UInt64
    /// Whether the replica leads the shard now.
    package var isLed: Bool
    /// Reads and operations of writes that were taken here as the shard's leader.
    package var operations: UInt64
    /// What all of it costs the lane, in proportion: about a microsecond each.
    package var weight: UInt64
}
