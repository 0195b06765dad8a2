import Keyspace
import Wire

/// What is left of a scan: internal keys, perhaps across many shards.
struct PageRequest: Sendable {
    var start: Key
    /// Exclusive.
    var end: Key
    var isReverse: Bool
    var keysOnly: Bool
    /// At most this many rows; zero for as many as a page holds.
    var rowLimit: UInt32
    var consistency: Wire.Consistency

    /// The part that lies in a shard with these bounds.
    func clipped(to shardStart: Key, _ shardEnd: Key) -> (start: Key, end: Key) {
        (max(start, shardStart), min(end, shardEnd))
    }
}
