package import Raft

/// A replica's term, vote and commit hint, to be stored (paper, figure 2).
package struct HardStateRecord: Hashable, Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    package var hardState: HardState

    package init(shard: ShardID, replica: ReplicaID, hardState: HardState) {
        self.shard = shard
        self.replica = replica
        self.hardState = hardState
    }

    /// The log that the record belongs to.
    package var name: LogName { LogName(shard: shard, replica: replica) }
}
