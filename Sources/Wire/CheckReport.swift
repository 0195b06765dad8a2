import NIOCore
package import Raft

/// What one replica holds at the entry of a check (rule 39).
package struct CheckReport: Hashable, Sendable {
    package var shard: ShardID
    /// Whose word this is.
    package var member: Member
    /// The place of the check's entry: only reports of the same place are compared.
    package var position: LogPosition
    /// How `chain` and `scan` are computed: those of different formats say nothing about each other.
    package var format: UInt8
    /// What the entries did.
    package var chain: UInt64
    /// The rows and records at that entry; nil when they were not read.
    package var scan: UInt64?

    /// The format of this release. Raise it with every change of what is hashed, or how.
    package static let formatHere: UInt8 = 1

    package init(
        shard: ShardID, member: Member, position: LogPosition, format: UInt8 = formatHere, chain: UInt64, scan: UInt64?
    ) {
        self.shard = shard
        self.member = member
        self.position = position
        self.format = format
        self.chain = chain
        self.scan = scan
    }
}

extension CheckReport {
    /// See `ReplicaNotice`.
    func write(into buffer: inout ByteBuffer) {
        buffer.writeLittle(shard.rawValue)
        buffer.writeMember(member)
        buffer.writeMultipleIntegers(
            position.index.rawValue, position.term.rawValue, format, chain, endianness: .little)
        buffer.writeOptional(scan) { $0.writeLittle($1) }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> CheckReport {
        let shard = ShardID(try reader.readUInt64())
        let member = try reader.readMember()
        let position = LogPosition(index: try reader.readIndex(), term: Term(try reader.readUInt64()))
        let format = try reader.readUInt8()
        let chain = try reader.readUInt64()
        return CheckReport(
            shard: shard, member: member, position: position, format: format, chain: chain,
            scan: try reader.readBool() ? try reader.readUInt64() : nil)
    }
}
