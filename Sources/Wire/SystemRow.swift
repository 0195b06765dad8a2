package import Keyspace
package import NIOCore
package import Raft

/// The rows of the system shard: their keys and the codecs of their values. Values are read exactly (rule 24). Do not
/// change: they are on disks.
/// ```
/// "nodes/" id       → format:u8=1 incarnation:u64 address:text labelCount:u32 (name:text value:text)*
/// "shards/" start   → format:u8=1 descriptor
/// ```
/// `id` is decimal, `start` the internal bytes of the shard's start key; label names are in ascending order of their
/// UTF-8 bytes.
package enum SystemRow {
    /// All rows of nodes.
    package static let nodes = KeyRange(start: .system("nodes/"), end: .system("nodes0"))
    /// All rows of shards, in key order.
    package static let shards = KeyRange(start: .system("shards/"), end: .system("shards0"))

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
        let labels = record.labels.sorted { ByteOrder.compare(Array($0.key.utf8), Array($1.key.utf8)) < 0 }
        buffer.writeList(labels) { buffer, label in
            buffer.writeText(label.key)
            buffer.writeText(label.value)
        }
        return buffer
    }

    /// Reads the value of a node's row.
    package static func decodeNode(_ value: ByteBuffer) throws(WireError) -> NodeRecord {
        var reader = try open(value)
        let incarnation = try reader.readUInt64()
        var record = NodeRecord(
            address: try reader.readText(limit: WireReader.addressBytesMax), incarnation: incarnation)
        var previous: [UInt8]?
        for _ in 0..<(try reader.readCount(elementBytesMin: 4)) {
            let name = try reader.readText()
            let bytes = Array(name.utf8)
            if let previous, ByteOrder.compare(previous, bytes) >= 0 { throw .badValue("label") }
            record.labels[name] = try reader.readText()
            previous = bytes
        }
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

    private static let format: UInt8 = 1

    private static func open(_ value: ByteBuffer) throws(WireError) -> WireReader {
        var reader = WireReader(value)
        let format = try reader.readUInt8()
        guard format == SystemRow.format else { throw .unknownKind(format) }
        return reader
    }
}
