package import Keyspace
package import Raft

/// Asks the leader of a shard to change its replicas, with the rights of the cluster itself. Answered by the descriptor
/// once the change is applied and no joint configuration is left; refused before anything has changed, except for
/// `ambiguous`.
package struct ReplicaRequest: Hashable, Sendable {
    package var shard: ShardID
    /// The descriptor that the caller looked at; of any other epoch nothing is changed.
    package var epoch: Epoch
    /// What is to become of the members.
    package var change: ReplicaChange

    package init(shard: ShardID, epoch: Epoch, change: ReplicaChange) {
        self.shard = shard
        self.epoch = epoch
        self.change = change
    }
}
