import Keyspace
import NIOCore
import Raft
import Routing
import Wire

/// One request, from the call to its answer. Slots are objects that are used again and again, so a request allocates
/// none; the generation in a reference tells whether it still means the same attempt. An object, and not a struct in an
/// array, because each access to such a struct pays a dynamic check for exclusivity: a fifth of a request's time.
final class Slot {
    /// Where the request is.
    enum Phase {
        /// In no use.
        case free
        /// Waits for routes, for a connection or for its next attempt.
        case queued
        /// Written to `link`.
        case sent
    }

    /// The place in the table.
    let index: Int
    var generation: UInt32 = 0
    var phase = Phase.free
    var operation = Operation.lookup
    /// Decides the shard; internal. Nil for what needs none.
    var key: Key?
    /// Nil for the client's own requests.
    var reply: Reply?
    var deadline = NIODeadline.uptimeNanoseconds(0)
    /// Counted against the bytes in flight.
    var byteCount = 0
    /// How often it was sent.
    var attempt = 0
    /// How often it was passed over since routes were asked for.
    var waits = 0
    /// Whether some attempt may have taken effect without an answer.
    var mayBeApplied = false
    /// After `tooStale`: only the leader will do.
    var needsLeader = false
    /// Zero until a write in a session is first sent; then kept for all attempts (rule 22).
    var session: UInt64 = 0
    var sequence: UInt64 = 0
    var issuedAt: UInt64 = 0

    // The last attempt.
    var link: NodeLink?
    /// Which of the link's connections, by serial number.
    var connection: UInt64 = 0
    var node: NodeID?
    var shard = ShardID(0)
    /// The version of the shard that it was sent by.
    var version: UInt64 = 0
    /// Bounds of a scan as it was clipped to the shard.
    var clip: (start: Key, end: Key)?
    var lastFailure: RetryPolicy.Failure?

    init(index: Int) { self.index = index }

    /// The name of the present attempt.
    var reference: SlotReference { SlotReference(index: index, generation: generation) }

    /// Forgets the request; what still names it means nothing any more.
    func free() {
        generation &+= 1
        phase = .free
        operation = .lookup
        key = nil
        reply = nil
        attempt = 0
        waits = 0
        mayBeApplied = false
        needsLeader = false
        session = 0
        sequence = 0
        issuedAt = 0
        node = nil
        clip = nil
        if lastFailure != nil { lastFailure = nil }
    }
}

/// Names one attempt of one request; travels as the request's id.
struct SlotReference: Equatable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }
    init(index: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
    }

    var index: Int { Int(rawValue & 0xFFFF_FFFF) }
    var generation: UInt32 { UInt32(rawValue >> 32) }
}
