import Keyspace
import Wire

/// What the clients saw, checked as they see it.
///
/// A write's version is unique and orders the writes of a key, and every read shows the version it found. So the
/// history of a key is linearizable if each version has one value and no operation shows or gets a version older than
/// what somebody had been told when it began. Absence has no version: it is judged by the deletes that may explain it.
struct HistoryChecker {
    /// What a read found under a key; no version when it found nothing.
    struct Found {
        var key: Key
        var version: Timestamp?
        var value: [UInt8]?
    }

    private struct KeyHistory {
        /// The greatest version that somebody has been told of.
        var known = Timestamp.zero
        var values: [Timestamp: [UInt8]] = [:]
        /// The versions of the values that were seen.
        var versions: [[UInt8]: Timestamp] = [:]
        var attempted: Set<[UInt8]> = []
        /// Versions of deletes that were told.
        var deletes: Set<Timestamp> = []
        /// Deletes that are under way or whose outcome nobody knows.
        var openDeletes = 0
        var increments: UInt64 = 0
        var unknownIncrements: UInt64 = 0
    }

    private var keys: [Key: KeyHistory] = [:]
    /// The first thing that contradicts the history.
    private(set) var failure: String?
    private(set) var reads = 0
    private(set) var writes = 0

    private mutating func fail(_ text: String) { if failure == nil { failure = text } }

    /// An operation begins: from here on it must see what has been told until now.
    mutating func begins(_ operation: ClientOperation, _ client: SimulatedClient) {
        client.floors = [:]
        switch operation {
        case .scan(let range):
            guard let shard = range.start.userBytes?.first else { return }
            for number in Workload.all {
                let key = Workload.key(Int(shard), number)
                client.floors[key] = keys[key]?.known ?? .zero
            }
        case .get, .put, .delete, .putIfAbsent, .swap, .pair:
            for key in operation.keys { client.floors[key] = keys[key]?.known ?? .zero }
        }
        for key in operation.keys {
            if let value = operation.value { keys[key, default: KeyHistory()].attempted.insert(value) }
            if case .delete = operation { keys[key, default: KeyHistory()].openDeletes += 1 }
        }
    }

    mutating func read(_ found: [Found], _ client: SimulatedClient, at time: Int64) {
        reads += 1
        for item in found { see(item, floor: client.floors[item.key] ?? .zero) }
        checkPair(found)
    }

    private mutating func see(_ found: Found, floor: Timestamp) {
        guard let version = found.version, let value = found.value else {
            return seeAbsence(of: found.key, floor: floor)
        }
        if version < floor { fail("a read of \(found.key) shows version \(version), \(floor) was known before") }
        if keys[found.key]?.attempted.contains(value) != true {
            fail("\(found.key) has the value \(String(decoding: value, as: UTF8.self)), which nobody wrote")
        }
        note(found.key, value, version)
    }

    private mutating func seeAbsence(of key: Key, floor: Timestamp) {
        guard floor != .zero, let history = keys[key] else { return }
        guard history.openDeletes == 0, !history.deletes.contains(where: { $0 >= floor }) else { return }
        fail("a read of \(key) found nothing, version \(floor) was known before")
    }

    /// I20: what is written together is seen together.
    private mutating func checkPair(_ found: [Found]) {
        let first = found.first { Workload.number(of: $0.key) == Workload.pair.0 }
        let second = found.first { Workload.number(of: $0.key) == Workload.pair.1 }
        guard let first, let second, first.value != second.value else { return }
        fail("\(first.key) and \(second.key) were always written together and differ")
    }

    mutating func wrote(
        _ operation: ClientOperation, _ outcomes: [OperationOutcome], _ client: SimulatedClient, at time: Int64
    ) {
        writes += 1
        for (key, outcome) in zip(operation.keys, outcomes) {
            let floor = client.floors[key] ?? .zero
            switch outcome {
            case .put(let version), .swapped(let version):
                if version <= floor { fail("a write of \(key) got version \(version), \(floor) was known before") }
                if let value = operation.value { note(key, value, version) }
                if Workload.number(of: key) == Workload.counter { keys[key]?.increments += 1 }
            case .deleted(_, let version):
                keys[key]?.openDeletes -= 1
                keys[key]?.deletes.insert(version)
                if version <= floor { fail("a delete of \(key) got version \(version), \(floor) was known before") }
                learn(version, of: key)
            case .conditionFalse(let current?):
                if current < floor { fail("a condition on \(key) met version \(current), \(floor) was known before") }
                learn(current, of: key)
            case .conditionFalse(nil): seeAbsence(of: key, floor: floor)
            }
        }
    }

    /// The greatest version of the key that somebody has been told of.
    func known(_ key: Key) -> Timestamp { keys[key]?.known ?? .zero }

    /// Somebody without a session tries to write the value; nobody may ever know what came of it.
    mutating func attempts(_ value: [UInt8], at key: Key) {
        keys[key, default: KeyHistory()].attempted.insert(value)
    }

    /// Such a client read the key when `floor` was known.
    mutating func probed(_ key: Key, _ version: Timestamp?, _ value: [UInt8]?, floor: Timestamp) {
        reads += 1
        see(Found(key: key, version: version, value: value), floor: floor)
    }

    /// Such a client was told that it wrote.
    mutating func probeWrote(_ key: Key, _ version: Timestamp, _ value: [UInt8], floor: Timestamp) {
        writes += 1
        if version <= floor { fail("a write of \(key) got version \(version), \(floor) was known before") }
        note(key, value, version)
    }

    /// An operation ended without success; when its outcome is not known it may take effect at any later time.
    mutating func failed(_ operation: ClientOperation, _ client: SimulatedClient, isUnknown: Bool, at time: Int64) {
        for key in operation.keys {
            if case .delete = operation, !isUnknown { keys[key]?.openDeletes -= 1 }
            if operation.isWrite, isUnknown, Workload.number(of: key) == Workload.counter {
                keys[key]?.unknownIncrements += 1
            }
            // What certainly did not happen must never be seen (I17).
            if let value = operation.value, !isUnknown { keys[key]?.attempted.remove(value) }
        }
        // A counter's value may be written by several increments, all but one of which fail.
        restoreCounterValue(operation)
    }

    private mutating func restoreCounterValue(_ operation: ClientOperation) {
        guard let value = operation.value else { return }
        for key in operation.keys where Workload.number(of: key) == Workload.counter {
            keys[key]?.attempted.insert(value)
        }
    }

    private mutating func learn(_ version: Timestamp, of key: Key) {
        let known = keys[key]?.known ?? .zero
        keys[key]?.known = max(known, version)
    }

    private mutating func note(_ key: Key, _ value: [UInt8], _ version: Timestamp) {
        if let other = keys[key]?.values[version], other != value {
            fail("\(key) has two values at version \(version)")
        }
        keys[key]?.values[version] = value
        // No value is written by two operations, so it has one version for ever (I33); counters go round.
        if Workload.number(of: key) != Workload.counter {
            if let other = keys[key]?.versions.updateValue(version, forKey: value), other != version {
                fail("\(key): the value of version \(other) was written again as version \(version)")
            }
        }
        learn(version, of: key)
    }

    /// The counters with what they must at least and may at most have come to.
    var counters: [(key: Key, range: ClosedRange<UInt64>)] {
        keys.filter { Workload.number(of: $0.key) == Workload.counter }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.increments...($0.value.increments + $0.value.unknownIncrements)) }
    }

    /// The greatest value of a counter that somebody has been told of.
    func lastValue(of key: Key) -> [UInt8]? { keys[key].flatMap { $0.values[$0.known] } }
}
