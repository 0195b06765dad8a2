import Raft
import Wire

/// A change of replicas, or a split, that was proposed here and is not finished.
struct PendingChange: Sendable {
    var asker: Asker
    var index: LogIndex
    var term: Term
    /// Its own entry is applied: what is waited for is the leave of the joint configuration.
    var isApplied = false
    /// The new shard of a split.
    var child: ShardID?
    /// Whether it is a step of a merge: who waits for that is known elsewhere.
    var isMergeStep = false

    /// Who is to be answered.
    enum Asker: Sendable {
        case client(RequestReference)
        case peer(NodeID, number: UInt64)
        case nobody
    }
}
