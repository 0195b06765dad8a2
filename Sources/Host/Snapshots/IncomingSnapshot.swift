import Keyspace
import Raft
import Wire

/// A snapshot on its way to this node. Its range is reserved from the offer on (rule 30).
struct IncomingSnapshot: Sendable {
    let key: IncomingKey
    let shard: ShardID
    let sender: Member
    /// The replica it is for, which is here already or begins with it.
    let receiver: Member
    let offer: SnapshotOffer
    var phase = Phase.receiving
    /// What has arrived, and up to where it is staged.
    var received = SnapshotProgress()
    var staged: UInt64 = 0
    var totals: SnapshotTotals?
    /// Whether the replica begins with it.
    var makesReplica = false
    /// When something of it last came.
    var heardAt: Instant

    enum Phase: Sendable, Equatable {
        /// Chunks arrive. Next: `settling` or `installing` when all are staged; ends with a refusal.
        case receiving
        /// The group hands out nothing more; what it has handed out is being applied. Next: `installing`.
        case settling
        /// The store is changed: the commit point lies ahead or behind. Ends when that is known.
        case installing
    }

    /// Whether everything has arrived and is staged.
    var isComplete: Bool { totals.map { $0.progress == received && staged == received.chunks } ?? false }
}
