package import Keyspace
package import Placement
package import Raft

/// A shard as it really is.
package struct ModelShard: Sendable {
    package var descriptor: Descriptor
    /// Nil while nobody can be elected.
    package var leader: ReplicaID?
    /// Size of its records.
    package var bytes: ByteCount
    /// What its leader has to do.
    package var load: ShardLoad
    /// Replicas that may have forgotten something.
    package var suspects: Set<ReplicaID> = []
    /// Replicas far behind.
    package var lagging: Set<ReplicaID> = []
    /// A key that halves its bytes, if its leader knows one.
    package var middleKey: Key?

    package init(descriptor: Descriptor, leader: ReplicaID?, bytes: ByteCount, load: ShardLoad = ShardLoad()) {
        self.descriptor = descriptor
        self.leader = leader
        self.bytes = bytes
        self.load = load
    }
}
