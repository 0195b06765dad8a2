package import Raft

/// Names one replica's log. A log belongs to a replica, not to a shard, so a replica that comes back under a new id
/// never meets the entries of its predecessor (rule 15).
package struct LogName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var shard: ShardID
    package var replica: ReplicaID

    package init(shard: ShardID, replica: ReplicaID) {
        self.shard = shard
        self.replica = replica
    }

    /// The order of the rows on disk.
    package static func < (a: LogName, b: LogName) -> Bool {
        a.shard == b.shard ? a.replica < b.replica : a.shard < b.shard
    }

    package var description: String { "shard \(shard) replica \(replica)" }
}
