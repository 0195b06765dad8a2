import Keyspace

/// What a replica had to do since it was last asked, and for which keys.
struct ReplicaLoad: Sendable {
    /// See `ShardWork`.
    private(set) var operations: UInt64 = 0
    private(set) var weight: UInt64 = 0
    var keys = KeySample()

    mutating func addWrite(operations count: Int, bytes: Int) {
        operations &+= UInt64(count)
        weight &+= UInt64(2 * count + bytes >> 9)
    }

    mutating func addGet(keys count: Int) {
        operations &+= UInt64(count)
        weight &+= UInt64(3 * count)
    }

    mutating func addScan() {
        operations &+= 1
        weight &+= 8
    }

    /// Entries of another leader.
    mutating func addEntry(bytes: Int) { weight &+= UInt64(1 + bytes >> 8) }

    /// Begins to count anew.
    mutating func reset() { (operations, weight) = (0, 0) }
}
