import Keyspace

/// What the batch being built will make of a key, for the operations behind it that read (rule 18): without it,
/// an operation's outcome would depend on where a batch happens to end.
///
/// Filled only in batches that contain a reading operation; a batch of plain puts never pays for it.
struct Overlay {
    enum Value {
        case absent
        case present(version: Timestamp, expiry: UInt64?, value: [UInt8])
    }

    /// Looked up only, never walked.
    private var values: [[UInt8]: Value] = [:]

    mutating func set(_ key: [UInt8], _ value: Value) { values[key] = value }

    func lookup(_ key: [UInt8]) -> Value? { values[key] }

    mutating func clear() { values.removeAll(keepingCapacity: true) }
}
