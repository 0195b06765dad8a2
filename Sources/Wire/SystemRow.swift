package import Keyspace
package import NIOCore
package import Raft

/// The rows of the system shard: their keys and the codecs of their values. Values are read exactly (rule 24). Do not
/// change: they are on disks.
/// ```
/// "counters/node"   → format:u8=1 next:u64
/// "counters/shard"  → format:u8=1 next:u64
/// "nodes/" id       → format:u8=1 incarnation:u64 address:text labels
/// "shards/" start   → format:u8=1 descriptor
/// ```
/// `id` is decimal, `start` the internal bytes of the shard's start key; `next` is greater than every node id, or
/// shard id, that was ever given out.
package enum SystemRow {
    /// All rows of nodes.
    package static let nodes = KeyRange(start: .system("nodes/"), end: .system("nodes0"))
    /// All rows of shards, in key order.
    package static let shards = KeyRange(start: .system("shards/"), end: .system("shards0"))

    /// The row of the next node's id; absent until a first node has joined.
    package static let nodeCounter = Key.system("counters/node")

    /// The row of the next new shard's id.
    package static let shardCounter = Key.system("counters/shard")

    /// The key of a node's row.
    package static func key(of node: NodeID) -> Key { .system("nodes/\(node)") }

    /// The node whose row `key` is; nil when it is no such key.
    package static func node(of key: Key) -> NodeID? {
        let prefix = nodes.start.bytes
        guard key.bytes.starts(with: prefix) else { return nil }
        let digits = key.bytes.dropFirst(prefix.count)
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self)).map { NodeID($0) }
    }

    /// The key of the row of the shard that starts at `start`.
    package static func key(ofShardAt start: Key) -> Key { Key(shards.start.bytes + start.bytes) }

    /// Where the shard starts whose row `key` is; nil when it is no such key.
    package static func shardStart(of key: Key) -> Key? {
        let prefix = shards.start.bytes
        guard key.bytes.starts(with: prefix) else { return nil }
        return Key(Array(key.bytes.dropFirst(prefix.count)))
    }

    /// The value of a node's row.
    package static func encode(_ record: NodeRecord) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(format, record.incarnation, endianness: .little)
        buffer.writeText(record.address, limit: WireReader.addressBytesMax)
        buffer.writeLabels(record.labels)
        return buffer
    }

    /// Reads the value of a node's row.
    package static func decodeNode(_ value: ByteBuffer) throws(WireError) -> NodeRecord {
        var reader = try open(value)
        let incarnation = try reader.readUInt64()
        var record = NodeRecord(
            address: try reader.readText(limit: WireReader.addressBytesMax), incarnation: incarnation)
        record.labels = try reader.readLabels()
        try reader.finish()
        return record
    }

    /// The value of a shard's row.
    package static func encode(_ descriptor: Descriptor) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeLittle(format)
        buffer.writeDescriptor(descriptor)
        return buffer
    }

    /// Reads the value of a shard's row.
    package static func decodeDescriptor(_ value: ByteBuffer) throws(WireError) -> Descriptor {
        var reader = try open(value)
        let descriptor = try reader.readDescriptor()
        try reader.finish()
        return descriptor
    }

    /// The value of a counter's row.
    package static func encode(counter next: UInt64) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(format, next, endianness: .little)
        return buffer
    }

    /// Reads the value of a counter's row.
    package static func decodeCounter(_ value: ByteBuffer) throws(WireError) -> UInt64 {
        var reader = try open(value)
        let next = try reader.readUInt64()
        try reader.finish()
        return next
    }

    private static let format: UInt8 = 1

    private static func open(_ value: ByteBuffer) throws(WireError) -> WireReader {
        var reader = WireReader(value)
        let format = try reader.readUInt8()
        guard format == SystemRow.format else { throw .unknownKind(format) }
        return reader
    }
}
