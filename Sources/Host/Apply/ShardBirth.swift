package import Keyspace
package import Raft

/// A shard that an applied split made (rule 32).
package struct ShardBirth: Sendable, Equatable {
    /// The first descriptor of the new shard.
    package var descriptor: Descriptor
    /// Its replica here, whose state is written; nil when there is none, and the data is gone.
    package var replica: ReplicaID?
    /// The greatest version in its state: that of its parent.
    package var lastVersion: Timestamp

    /// The same of what it is a part of: `MergeState.absorbed`.
    package var absorbed: [ShardID]

    package init(descriptor: Descriptor, replica: ReplicaID?, lastVersion: Timestamp, absorbed: [ShardID] = []) {
        self.absorbed = absorbed
        self.descriptor = descriptor
        self.replica = replica
        self.lastVersion = lastVersion
    }
}
