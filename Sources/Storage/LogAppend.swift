package import NIOCore
package import Raft

/// Consecutive entries for one log. Replaces everything from `first` on (paper §5.3).
package struct LogAppend: Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// The index of the chunk's first entry; at most one past the end of the log.
    package var first: LogIndex
    /// The index of the chunk's last entry, inclusive.
    package var last: LogIndex
    /// The entries as encoded for the wire, in order; never empty.
    package var chunk: ByteBuffer

    package init(shard: ShardID, replica: ReplicaID, first: LogIndex, last: LogIndex, chunk: ByteBuffer) {
        self.shard = shard
        self.replica = replica
        self.first = first
        self.last = last
        self.chunk = chunk
    }

    /// The log that is appended to.
    package var name: LogName { LogName(shard: shard, replica: replica) }
}
