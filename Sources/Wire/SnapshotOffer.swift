package import Keyspace
package import Raft

/// What a snapshot is, told before any of its rows: the receiver decides by it (rules 29, 30 and 31).
package struct SnapshotOffer: Hashable, Sendable {
    /// The last entry whose effects the snapshot contains; the *base* of what is made from it.
    package var position: LogPosition
    /// The shard as of `position`; its configuration contains the receiver.
    package var descriptor: Descriptor
    /// The greatest version in the state: replicated time (rules 20 and 21).
    package var lastVersion: Timestamp
    /// The state's chained hash at `position` (rule 39).
    package var chain: UInt64
    /// What the shard's log says of its merges up to `position`: the receiver's replicas of absorbed shards go.
    package var merge: MergeState

    package init(
        position: LogPosition, descriptor: Descriptor, lastVersion: Timestamp, chain: UInt64,
        merge: MergeState = MergeState()
    ) {
        self.merge = merge
        self.position = position
        self.descriptor = descriptor
        self.lastVersion = lastVersion
        self.chain = chain
    }

    /// The part that Raft looks at.
    package var metadata: SnapshotMetadata {
        SnapshotMetadata(position: position, configuration: descriptor.configuration)
    }
}
