package import Raft

/// Why a receiver does not take a snapshot, or not now; what the sender does next follows from it.
package enum SnapshotRefusal: Hashable, Sendable {
    /// The replica knows everything up to this index to be committed: the log brings it the rest.
    case stale(commit: LogIndex)
    /// As much as the node can take at once is on its way, or its disk is full: ask again later.
    case busy
    /// Another snapshot of the shard is on its way to the replica, at this index: wait for that one.
    case underWay(LogIndex)
    /// The snapshot's configuration does not contain the receiver, or the offer makes no sense.
    case notAMember
    /// The replica was destroyed here, or a later one of the shard is: this id never comes back (rule 29).
    case tombstoned
    /// The range belongs in part to another shard's replica here (rule 30): ask again later.
    case overlaps
    /// The stream could not be read or stored, or ended early; another one may do better.
    case broken
}
