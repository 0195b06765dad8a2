package import Raft
package import Storage
package import Wire

/// What became of a `SnapshotTask`.
package enum SnapshotEvent: Sendable {
    /// The snapshot is there, and this is what it is.
    case opened(SnapshotTransfer, SnapshotOffer)
    case read(SnapshotTransfer, SnapshotChunk)
    /// All chunks were read.
    case ended(SnapshotTransfer, SnapshotTotals)
    /// The shard cannot be read. With `corruption` its replica is suspect (rule 15): whoever performs the tasks sees to
    /// that.
    case unreadable(SnapshotTransfer, ShardID, StorageError)

    /// All chunks up to this number are staged.
    case staged(IncomingKey, through: UInt64)
    /// The snapshot is the state now, durably. To be adopted by the applier (`Effects.applyChanges`).
    case installed(IncomingKey, ShardState)
    /// What came makes no sense, and nothing has changed.
    case malformed(IncomingKey)
}
