package import Raft

/// A snapshot message with its way.
package struct SnapshotEnvelope: Sendable, Equatable {
    package var shard: ShardID
    /// The sending replica; its node must be the one at the other end of the connection.
    package var from: Member
    /// The receiving replica.
    package var to: Member
    /// Which stream it is about, as the snapshot's sender calls it.
    package var transfer: SnapshotTransfer
    /// What is said.
    package var message: SnapshotMessage

    package init(
        shard: ShardID, from: Member, to: Member, transfer: SnapshotTransfer, message: SnapshotMessage
    ) {
        self.shard = shard
        self.from = from
        self.to = to
        self.transfer = transfer
        self.message = message
    }
}
