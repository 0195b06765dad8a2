import Keyspace
import Raft
import RocksEngine
import Storage
import Wire

/// What a node's disk has at the end: which shards, and every user's row with its header. The node must not run.
struct StoredShards {
    /// The descriptors of the replicas that live there.
    private(set) var shards: [Descriptor] = []
    private(set) var rows: [[UInt8]: [UInt8]] = [:]

    init(shards: [Descriptor], rows: [[UInt8]: [UInt8]]) {
        self.shards = shards
        self.rows = rows
    }

    init(_ directory: String) throws {
        let (engine, _) = try RocksEngine.open(try DataDirectory.open(directory))
        let snapshot = try engine.snapshot()
        try Self.iterate(snapshot, from: [Key.userSpace], to: [Key.userSpace + 1]) { key, value in
            rows[Self.bytes(key)] = Self.bytes(value)
        }
        let (start, end) = ShardRecordKey.all
        try Self.iterate(snapshot, from: start, to: end) { key, value in
            guard try ShardRecordKey.decode(key).kind == .descriptor else { return }
            shards.append(try DescriptorRecord.decode(value))
        }
    }

    /// The rows of a range.
    func rows(in range: KeyRange) -> [[UInt8]: [UInt8]] {
        rows.filter { row in row.key.withBytes { range.contains($0) } }
    }

    /// Rows that no replica here has: what one that went has left behind.
    var strays: [[UInt8]] {
        rows.keys.filter { key in !shards.contains { shard in key.withBytes { shard.range.contains($0) } } }
    }

    private static func iterate(
        _ snapshot: any StateSnapshot, from: [UInt8], to: [UInt8], _ body: (RawSpan, RawSpan) throws -> Void
    ) throws {
        var failure: (any Error)?
        try from.withBytes { from in
            try to.withBytes { to in
                try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                    do { try body(key, value) } catch { failure = error }
                    return failure == nil
                }
            }
        }
        if let failure { throw failure }
    }

    private static func bytes(_ span: RawSpan) -> [UInt8] { (0..<span.byteCount).map { span.loadUInt8(at: $0) } }
}
