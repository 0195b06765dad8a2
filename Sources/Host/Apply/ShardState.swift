package import Keyspace
package import NIOCore
package import Raft
package import Storage
package import Wire

/// One shard's applied state besides its data: what the `l` records hold. Owned by the applier.
package struct ShardState: Sendable {
    package var descriptor: Descriptor
    package var replica: ReplicaID
    package var applied: AppliedState
    /// The answers the shard remembers, as of `applied`.
    package var sessions: SessionTable
    /// What the log says of merges, as of `applied`.
    package var merge: MergeState
    /// Session deltas on disk since the checkpoint, by the index they were written at.
    var deltas: [LogIndex] = []
    /// Their size, in bytes.
    var deltaBytes = 0

    /// The size of the last checkpoint: the next one is worth writing when as much has changed, in bytes.
    var checkpointBytes = 0

    /// A checkpoint is written once the deltas have at least this size, in bytes.
    static let checkpointAfterBytes = 256 << 10

    package init(
        descriptor: Descriptor, replica: ReplicaID, applied: AppliedState, sessions: SessionTable = SessionTable(),
        merge: MergeState = MergeState()
    ) {
        self.merge = merge
        self.descriptor = descriptor
        self.replica = replica
        self.applied = applied
        self.sessions = sessions
    }

    /// Puts back one delta found on disk; they come in the order of their indexes.
    package mutating func restore(delta: ByteBuffer, at index: LogIndex, window: UInt64) throws(WireError) {
        deltaBytes += delta.readableBytes
        deltas.append(index)
        try sessions.absorb(delta: delta, window: window)
    }
}
