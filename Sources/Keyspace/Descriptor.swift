package import Raft

/// What a shard is: its range and its replicas, at one epoch. The copy in the shard's own state is the truth; every
/// other copy is a cache that rule 35 brings up to date.
package struct Descriptor: Hashable, Sendable {
    package var shard: ShardID
    /// The keys that are the shard's own; changes only together with `epoch.version`.
    package var range: KeyRange
    package var epoch: Epoch
    package var configuration: Configuration
    /// The id that the next new replica gets; greater than every id ever used in this shard.
    package var nextReplica: ReplicaID

    package init(
        shard: ShardID, range: KeyRange, epoch: Epoch, configuration: Configuration, nextReplica: ReplicaID
    ) {
        self.shard = shard
        self.range = range
        self.epoch = epoch
        self.configuration = configuration
        self.nextReplica = nextReplica
    }

    /// Whether this descriptor of the *same shard* is of a later epoch than `other`.
    package func isNewer(than other: Descriptor) -> Bool {
        (epoch.version, epoch.config) > (other.epoch.version, other.epoch.config)
    }
}
