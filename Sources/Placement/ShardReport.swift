package import Keyspace
package import Raft

/// What the leader of a shard tells placement about it, every few seconds and whenever its descriptor changes.
package struct ShardReport: Sendable {
    package var descriptor: Descriptor
    /// Who reports.
    package var leader: ReplicaID
    /// Size of the shard's live records.
    package var bytes: ByteCount
    /// Number of the shard's live records.
    package var keys: UInt64
    /// What its leader has to do.
    package var load: ShardLoad
    /// A key that halves the shard's bytes; nil when none is known yet.
    package var middleKey: Key?
    /// What the leader knows of the other replicas; who is not named is taken for lagging.
    package var replicas: [ReplicaStatus]

    package init(
        descriptor: Descriptor, leader: ReplicaID, bytes: ByteCount, keys: UInt64, load: ShardLoad,
        middleKey: Key? = nil, replicas: [ReplicaStatus]
    ) {
        self.descriptor = descriptor
        self.leader = leader
        self.bytes = bytes
        self.keys = keys
        self.load = load
        self.middleKey = middleKey
        self.replicas = replicas
    }
}
