import Host
import Keyspace
import Raft
import Wire

/// What the clients saw and the appliers did, checked as it happens.
///
/// A write's version is unique and orders the writes of a key, and every read shows the version it found. So a
/// history of a key is linearizable if each version has one value, and no operation shows or gets a version that is
/// older than what was known when it began.
struct ClusterHistory {
    private struct Position: Hashable {
        var shard: ShardID
        var number: UInt64
    }

    private(set) var failures: [String] = []
    /// The greatest version of each key that somebody has been told of.
    private var known: [Key: Timestamp] = [:]
    private var values: [Key: [Timestamp: [UInt8]]] = [:]
    private var attempted: [Key: Set<[UInt8]>] = [:]
    private var leaders: [Position: NodeID] = [:]
    private var applied: [Position: (term: Term, outcomes: [CommandOutcome])] = [:]
    private(set) var reads = 0
    private(set) var writes = 0

    mutating func fail(_ text: String) {
        if failures.count < 5 { failures.append(text) }
    }

    /// What an operation on `key` that begins now must not be behind.
    func floor(of key: Key) -> Timestamp { known[key] ?? .zero }

    /// The newest value that somebody has been told of.
    func lastValue(of key: Key) -> [UInt8]? { values[key]?[floor(of: key)] }

    mutating func noteAttempt(_ key: Key, _ value: [UInt8]) { attempted[key, default: []].insert(value) }

    mutating func noteWritten(_ key: Key, _ value: [UInt8], version: Timestamp, floor: Timestamp) {
        writes += 1
        if version <= floor { fail("a write of \(key) got version \(version), \(floor) was known before") }
        note(key, value, version)
    }

    mutating func noteRead(_ key: Key, _ found: (version: Timestamp, value: [UInt8])?, floor: Timestamp) {
        reads += 1
        let version = found?.version ?? .zero
        if version < floor { fail("a read of \(key) shows version \(version), \(floor) was known before") }
        guard let found else { return }
        if attempted[key]?.contains(found.value) != true { fail("\(key) has a value that nobody wrote") }
        note(key, found.value, found.version)
    }

    /// A version that was found without its value.
    mutating func noteVersion(_ key: Key, _ version: Timestamp?, floor: Timestamp) {
        if version ?? .zero < floor {
            fail("a condition on \(key) met version \(version ?? .zero), \(floor) was known before")
        }
        if let version { known[key] = max(self.floor(of: key), version) }
    }

    private mutating func note(_ key: Key, _ value: [UInt8], _ version: Timestamp) {
        if let other = values[key]?[version], other != value { fail("\(key) has two values at version \(version)") }
        values[key, default: [:]][version] = value
        known[key] = max(floor(of: key), version)
    }

    /// Paper §5.2: at most one leader a term.
    mutating func noteLeader(_ node: NodeID, of shard: ShardID, term: Term) {
        let position = Position(shard: shard, number: term.rawValue)
        if let other = leaders[position], other != node {
            fail("shard \(shard) has two leaders in term \(term): nodes \(other) and \(node)")
        }
        leaders[position] = node
    }

    /// State machine safety (paper §5.4.3), and rule 18: each entry is the same, and does the same, everywhere.
    mutating func note(_ batch: AppliedBatch, node: NodeID) {
        for entry in batch.entries {
            let position = Position(shard: batch.shard, number: entry.index.rawValue)
            if let other = applied[position], other.term != entry.term || other.outcomes != entry.outcomes {
                fail("entry \(entry.index) of shard \(batch.shard) did something else on node \(node)")
            }
            applied[position] = (entry.term, entry.outcomes)
        }
    }
}
