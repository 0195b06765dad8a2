import Keyspace
import Raft
import Wire

/// A snapshot on its way from this node.
///
/// It belongs to the node, not to a leadership: a snapshot of committed state is good under any leader, so what was
/// begun goes on (rule 31).
struct OutgoingSnapshot: Sendable {
    let transfer: SnapshotTransfer
    let shard: ShardID
    /// The replica it is read from.
    let from: Member
    let to: Member
    /// An older one would not help; rises when the leader asks again.
    var atLeast: LogIndex
    var phase = Phase.opening
    /// What it is; nil while `opening`.
    var offer: SnapshotOffer?

    /// Read so far, and the end once it is known.
    var read = SnapshotProgress()
    var totals: SnapshotTotals?
    var isReading = false
    /// Sent, or to be sent again, and not known to be staged; in order.
    var unacknowledged: [SnapshotChunk] = []
    /// What the receiver has confirmed.
    var acknowledged = SnapshotProgress()

    /// When the receiver last got further, and when it was last asked.
    var heardAt: Instant
    var offeredAt = Instant.distantPast

    enum Phase: Sendable, Equatable {
        /// The store's snapshot is being taken. Next: `offered`.
        case opening
        /// The receiver is asked whether, and from where. Next: `streaming`, or itself after a while or on another
        /// connection; ends with a refusal.
        case offered
        /// Chunks flow. Next: `offered` on another connection; ends when it is installed.
        case streaming
    }

    /// The receiver has confirmed everything up to this chunk.
    mutating func acknowledge(through number: UInt64) -> Bool {
        guard number > acknowledged.chunks, number <= read.chunks else { return false }
        while let first = unacknowledged.first, first.progress.chunks <= number {
            acknowledged = first.progress
            unacknowledged.removeFirst()
        }
        return true
    }

    /// Whether a stream of this progress is a beginning of this one, from which it can go on.
    func continues(_ progress: SnapshotProgress) -> Bool {
        progress == acknowledged || unacknowledged.contains { $0.progress == progress }
    }
}
