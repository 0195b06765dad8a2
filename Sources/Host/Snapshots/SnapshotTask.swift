package import Keyspace
package import Raft
package import Wire

/// What touches the store for a snapshot: done one after the other, on a thread that may wait for a disk, by
/// `SnapshotWorkshop`. Each but `close` and `discard` is answered by one `SnapshotEvent`.
package enum SnapshotTask: Sendable {
    // The sending side.
    /// Takes a snapshot of the store to send the shard from.
    case open(SnapshotTransfer, ShardID)
    /// Reads the next chunk.
    case read(SnapshotTransfer)
    /// Lets the store's snapshot go.
    case close(SnapshotTransfer)

    // The receiving side.
    /// Begins to stage a snapshot for the replica.
    case begin(IncomingKey, SnapshotOffer, ReplicaID)
    /// Stages the next chunk.
    case stage(IncomingKey, SnapshotChunk)
    /// Makes the shard out of what was staged: the commit point. What a former replica's range covers beyond the new
    /// one is cleared.
    case install(IncomingKey, clearing: KeyRange?)
    /// Lets what was staged go.
    case discard(IncomingKey)
}
