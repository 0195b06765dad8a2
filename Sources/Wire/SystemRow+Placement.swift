package import Keyspace
package import NIOCore
package import Raft

/// The rows of placement (rule 37). Values are read exactly (rule 24). Do not change: they are on disks.
/// ```
/// "duties/" id              → format:u8=1 duty:u8                  0 serving 1 draining 2 decommissioning
/// "operators/" id           → format:u8=1 operator                 see OperatorRecord+Codec.swift
/// "settings/replication"    → format:u8=1 factor:u8
/// ```
/// Ids are decimal: of a node, and of the shard that the operator changes. The row of a shard's operator stays when
/// that ends, until the next one takes its place: it tells what was done, and a conditional write needs a version. Its
/// version while it runs is the operator's name, and tells when it began. That of a shard which is no more expires.
extension SystemRow {
    /// All rows of what nodes are to do.
    package static let duties = KeyRange(start: .system("duties/"), end: .system("duties0"))
    /// All rows of operators, running and ended.
    package static let operators = KeyRange(start: .system("operators/"), end: .system("operators0"))
    /// All rows of settings.
    package static let settings = KeyRange(start: .system("settings/"), end: .system("settings0"))
    /// How many voters a shard is to have; absent until somebody has set it.
    package static let replication = Key.system("settings/replication")

    /// The key of the row of what `node` is to do.
    package static func key(ofDutyOf node: NodeID) -> Key { .system("duties/\(node)") }

    /// The key of the row of the last operator of `shard`.
    package static func key(ofOperatorOf shard: ShardID) -> Key { .system("operators/\(shard)") }

    /// The node whose duty's row `key` is; nil when it is no such key.
    package static func node(ofDuty key: Key) -> NodeID? { number(of: key, in: duties).map { NodeID($0) } }

    /// The shard whose last operator's row `key` is; nil when it is no such key.
    package static func shard(ofOperator key: Key) -> ShardID? { number(of: key, in: operators).map { ShardID($0) } }

    /// The value of the row of a node's duty.
    package static func encode(duty: NodeDutyCode) -> ByteBuffer {
        ByteBuffer(bytes: [placementFormat, duty.rawValue])
    }

    /// Reads the value of the row of a node's duty.
    package static func decodeDuty(_ value: ByteBuffer) throws(WireError) -> NodeDutyCode {
        var reader = try openPlacement(value)
        guard let duty = NodeDutyCode(rawValue: try reader.readUInt8()) else { throw .badValue("duty") }
        try reader.finish()
        return duty
    }

    /// The value of an operator's row.
    package static func encode(_ record: OperatorRecord) -> ByteBuffer {
        var buffer = ByteBuffer(bytes: [placementFormat])
        record.write(into: &buffer)
        return buffer
    }

    /// Reads the value of an operator's row.
    package static func decodeOperator(_ value: ByteBuffer) throws(WireError) -> OperatorRecord {
        var reader = try openPlacement(value)
        let record = try OperatorRecord.read(&reader)
        try reader.finish()
        return record
    }

    /// The value of the replication factor's row.
    package static func encode(replication factor: UInt8) -> ByteBuffer {
        ByteBuffer(bytes: [placementFormat, factor])
    }

    /// Reads the value of the replication factor's row.
    package static func decodeReplication(_ value: ByteBuffer) throws(WireError) -> UInt8 {
        var reader = try openPlacement(value)
        let factor = try reader.readUInt8()
        try reader.finish()
        return factor
    }

    private static let placementFormat: UInt8 = 1

    private static func openPlacement(_ value: ByteBuffer) throws(WireError) -> WireReader {
        var reader = WireReader(value)
        let format = try reader.readUInt8()
        guard format == placementFormat else { throw .unknownKind(format) }
        return reader
    }

    private static func number(of key: Key, in range: KeyRange) -> UInt64? {
        let prefix = range.start.bytes
        guard key.bytes.starts(with: prefix) else { return nil }
        let digits = key.bytes.dropFirst(prefix.count)
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }
}

/// What a node's operator wants of it, as a byte. Do not renumber: it is on disks.
package enum NodeDutyCode: UInt8, Sendable, CaseIterable {
    /// Replicas and leaderships.
    case serving = 0
    /// No leaderships.
    case draining = 1
    /// Neither.
    case decommissioning = 2
}
