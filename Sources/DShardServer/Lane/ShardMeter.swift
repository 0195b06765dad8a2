import Keyspace
import Storage
import Wire

/// Measures shards for people: bytes and keys. Small shards are counted, large ones estimated.
struct ShardMeter: Sendable {
    let store: any StateStore

    /// Rows counted one by one in all shards together.
    private static let rowsCountedMax = 200_000
    /// …and in each at least this many.
    private static let rowsCountedMin = 100
    /// Bytes of rows that are read for it in all shards together, and in each at least a share of a hundredth: whoever
    /// looks at a cluster under load must not be one more load.
    private static let bytesCountedMax = 16 << 20

    func measure(_ status: NodeStatus) -> NodeStatus {
        var measured = status
        let rows = UInt64(max(Self.rowsCountedMin, Self.rowsCountedMax / max(1, measured.shards.count)))
        let bytes = UInt64(Self.bytesCountedMax / max(1, min(100, measured.shards.count)))
        for position in measured.shards.indices {
            let range = measured.shards[position].descriptor.range
            // A store that cannot be read shows as an empty shard here and as an error everywhere else.
            let (bytes, keys) = (try? measure(range, rowsMax: rows, bytesMax: bytes)) ?? (0, 0)
            measured.shards[position].sizeBytes = bytes
            measured.shards[position].keys = keys
        }
        return measured
    }

    private func measure(
        _ range: KeyRange, rowsMax: UInt64, bytesMax: UInt64
    ) throws(StorageError) -> (bytes: UInt64, keys: UInt64) {
        let snapshot = try store.snapshot()
        var bytes: UInt64 = 0
        var keys: UInt64 = 0
        var isWhole = true
        try range.start.bytes.withBytes { (start) throws(StorageError) in
            try range.end.bytes.withBytes { (end) throws(StorageError) in
                try snapshot.scan(from: start, to: end) { key, value in
                    guard keys < rowsMax, bytes < bytesMax else {
                        isWhole = false
                        return false
                    }
                    keys += 1
                    bytes += UInt64(key.byteCount + value.byteCount)
                    return true
                }
            }
        }
        guard !isWhole else { return (bytes, keys) }
        let estimate = try RangeSurvey.estimate(store, from: range.start.bytes, to: range.end.bytes, middleFrom: .max)
        return (max(estimate.bytes, bytes), max(estimate.keys, keys))
    }
}
