package import Raft

/// The start of a log moves: everything up to `through` is gone and stands for (`through`, `term`) (rule 13).
package struct LogTruncation: Hashable, Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// The last index that is no longer kept, inclusive.
    package var through: LogIndex
    /// The term of the entry at `through`.
    package var term: Term

    package init(shard: ShardID, replica: ReplicaID, through: LogIndex, term: Term) {
        self.shard = shard
        self.replica = replica
        self.through = through
        self.term = term
    }

    /// The log that is shortened.
    package var name: LogName { LogName(shard: shard, replica: replica) }
}
