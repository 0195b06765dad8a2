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

    package init(position: LogPosition, descriptor: Descriptor, lastVersion: Timestamp) {
        self.position = position
        self.descriptor = descriptor
        self.lastVersion = lastVersion
    }

    /// The part that Raft looks at.
    package var metadata: SnapshotMetadata {
        SnapshotMetadata(position: position, configuration: descriptor.configuration)
    }
}
