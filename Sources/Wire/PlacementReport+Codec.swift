import Keyspace
package import NIOCore
import Raft

extension PlacementReport {
    /// Appends a peer frame of kind `FrameKind.placement`.
    /// ```
    /// report := term:u64 capacityBytes:u64 freeBytes:u64 flags:u8 receiving:u16 sending:u16 count:u32 shard*
    ///           flags: bit 0 suspect, bit 1 unfit to lead
    /// shard  := leader:u64 term:u64 bytes:u64 keys:u64 operationsPerSecond:u32 laneShare:u32 middle:key halving:key
    ///           descriptor count:u32 other*                         a key without bytes stands for none
    /// other  := replica:u64 flags:u8                                flags: bit 0 near, bit 1 silent
    /// ```
    /// Returns false, with the buffer as it was, when the frame would be longer than a node accepts.
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        let frame = FrameWriter.begin(kind: FrameKind.placement, into: &buffer, flavor: .peer)
        let flags: UInt8 = (node.isSuspect ? 1 : 0) | (node.isUnfitToLead ? 2 : 0)
        buffer.writeMultipleIntegers(
            term.rawValue, node.capacityBytes, node.freeBytes, flags, node.receivingSnapshots, node.sendingSnapshots,
            endianness: .little)
        buffer.writeList(shards) { $1.write(into: &$0) }
        return FrameWriter.end(frame, in: &buffer)
    }

    /// Reads a frame of kind `FrameKind.placement`; bytes after the last known field are skipped.
    package static func decode(_ frame: Frame) throws(WireError) -> PlacementReport {
        guard frame.kind == FrameKind.placement else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        let term = Term(try reader.readUInt64())
        var node = NodeFigures(capacityBytes: try reader.readUInt64(), freeBytes: try reader.readUInt64())
        let flags = try reader.readUInt8()
        node.isSuspect = flags & 1 != 0
        node.isUnfitToLead = flags & 2 != 0
        node.receivingSnapshots = try reader.readUInt16()
        node.sendingSnapshots = try reader.readUInt16()
        let shards = try reader.readList(
            elementBytesMin: 48 + WireReader.descriptorBytesMin, limit: shardsMax
        ) { (reader) throws(WireError) in try LedShard.read(&reader) }
        return PlacementReport(term: term, node: node, shards: shards)
    }

    /// Shards of one frame; a longer report comes in several.
    package static let shardsMax = 1_024
    /// A frame is closed at this size, so that nothing on its connection waits for long.
    package static let frameBytesMax = 64 << 10
}

extension PlacementReport.LedShard {
    /// More than any configuration has.
    private static let othersMax = 192

    func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            leader.rawValue, term.rawValue, bytes, keys, operationsPerSecond, laneShare, endianness: .little)
        buffer.writeKey(middleKey ?? Key([]))
        buffer.writeKey(halvingKey ?? Key([]))
        buffer.writeDescriptor(descriptor)
        buffer.writeList(others) { buffer, other in
            let flags: UInt8 = (other.isNear ? 1 : 0) | (other.isSilent ? 2 : 0)
            buffer.writeMultipleIntegers(other.replica.rawValue, flags, endianness: .little)
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> Self {
        let leader = ReplicaID(try reader.readUInt64())
        let term = Term(try reader.readUInt64())
        let bytes = try reader.readUInt64()
        let keys = try reader.readUInt64()
        let operations = try reader.readUInt32()
        let share = try reader.readUInt32()
        let middle = try readBorder(&reader)
        let halving = try readBorder(&reader)
        let descriptor = try reader.readDescriptor()
        let others = try reader.readList(elementBytesMin: 9, limit: othersMax) { (reader) throws(WireError) in
            let replica = ReplicaID(try reader.readUInt64())
            let flags = try reader.readUInt8()
            return PlacementReport.OtherReplica(
                replica: replica, isNear: flags & 1 != 0, isSilent: flags & 2 != 0)
        }
        return Self(
            descriptor: descriptor, leader: leader, term: term, bytes: bytes, keys: keys,
            operationsPerSecond: operations, laneShare: share, middleKey: middle, halvingKey: halving, others: others)
    }

    private static func readBorder(_ reader: inout WireReader) throws(WireError) -> Key? {
        let key = try reader.readKey()
        return key.bytes.isEmpty ? nil : key
    }

    /// An upper bound of its bytes in a frame.
    package var encodedBytesMax: Int {
        let configuration = descriptor.configuration
        let members = configuration.voters.count + configuration.outgoing.count + configuration.learners.count
        let range = descriptor.range.start.bytes.count + descriptor.range.end.bytes.count
        let borders = (middleKey?.bytes.count ?? 0) + (halvingKey?.bytes.count ?? 0)
        return 44 + borders + 36 + range + 12 + 16 * members + 4 + 9 * others.count
    }
}
