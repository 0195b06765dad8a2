import Keyspace
import Wire

/// A client with one session and one operation at a time, which it repeats until it is certain.
final class ClusterClient {
    enum Operation {
        case put(Key, [UInt8])
        case get(Key)
        /// First half of an increment.
        case readCounter(Key)
        /// Second half: from what was read to one more.
        case swapCounter(Key, from: UInt64, expect: Timestamp?)

        var key: Key {
            switch self {
            case .put(let key, _), .get(let key), .readCounter(let key), .swapCounter(let key, _, _): key
            }
        }

        var isWrite: Bool {
            switch self {
            case .put, .swapCounter: true
            case .get, .readCounter: false
            }
        }
    }

    let session: UInt64
    var sequence: UInt64 = 0
    var issuedAt: UInt64 = 0
    var operation: Operation?
    /// Counts the operations, so that late answers find their own.
    var number = 0
    var floor = Timestamp.zero
    var attempts = 0
    /// The node it takes for the leader of each shard; position = shard.
    var guesses: [Int]
    /// Increments it knows to have happened, per counter.
    var increments: [Key: UInt64] = [:]
    var completed = 0
    /// Of its puts, in milliseconds of replicated time. What it reads is then not held against the history, in
    /// which values only go by being overwritten.
    var expiry: UInt64?
    /// What its last get found.
    var found: (version: Timestamp, value: [UInt8])?

    init(session: UInt64, shards: Int) {
        self.session = session
        guesses = Array(repeating: 0, count: shards)
    }
}
