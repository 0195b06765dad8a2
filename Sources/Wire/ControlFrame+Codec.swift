package import NIOCore
import Raft

extension ControlFrame {
    /// Appends a peer frame of kind `FrameKind.control`. Returns false, with the buffer as it was, when the news make
    /// it longer than a peer accepts.
    /// ```
    /// body     := sequence:u64 sentAt:i64 flags:u8 answerSequence:u64 answerSentAt:i64 boot:u64 incarnation:u64
    ///             synced:u64 heardSynced:u64 oldestSyncMilliseconds:u32 clusterMilliseconds:u64
    ///             confirmedLeft:u64 confirmedResigned:u64 leftNumber:u64 resignedNumber:u64
    ///             leftCount:u32 left* resignedCount:u32 resigned* [descriptor, if flags bit 2] nodeCount:u32 node*
    /// flags    := bit 0 vouches, bit 1 answer is present, bit 2 system descriptor is present
    /// left     := number:u64 shard:u64 leaderReplica:u64 leaderNode:u64 replica:u64 term:u64
    /// resigned := number:u64 shard:u64 replica:u64 term:u64
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        FrameWriter.write(kind: FrameKind.control, into: &buffer, flavor: .peer) { buffer in
            let flags: UInt8 = (vouches ? 1 : 0) | (answer == nil ? 0 : 2) | (systemDescriptor == nil ? 0 : 4)
            buffer.writeMultipleIntegers(
                sequence, sentAt.nanoseconds, flags, answer?.sequence ?? 0, answer?.sentAt.nanoseconds ?? 0, boot,
                incarnation, synced, heardSynced, oldestSyncMilliseconds, endianness: .little)
            buffer.writeLittle(clusterMilliseconds)
            buffer.writeMultipleIntegers(
                confirmedLeft, confirmedResigned, leftNumber, resignedNumber, endianness: .little)
            buffer.writeList(left) { buffer, item in
                buffer.writeMultipleIntegers(
                    item.number, item.shard.rawValue, item.leader.replica.rawValue, item.leader.node.rawValue,
                    item.replica.rawValue, item.term.rawValue, endianness: .little)
            }
            buffer.writeList(resigned) { buffer, item in
                buffer.writeMultipleIntegers(
                    item.number, item.shard.rawValue, item.replica.rawValue, item.term.rawValue, endianness: .little)
            }
            if let systemDescriptor { buffer.writeDescriptor(systemDescriptor) }
            buffer.writeList(nodes) { $0.writeNodeAddress($1) }
        }
    }

    /// Reads a frame of kind `FrameKind.control`; bytes after the last known field are skipped.
    package static func decode(_ frame: Frame) throws(WireError) -> ControlFrame {
        guard frame.kind == FrameKind.control else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        let sequence = try reader.readUInt64()
        let sentAt = Instant(nanoseconds: try reader.readInt64())
        let flags = try reader.readUInt8()
        let answer = Answer(
            sequence: try reader.readUInt64(), sentAt: Instant(nanoseconds: try reader.readInt64()))
        var control = ControlFrame(
            sequence: sequence, sentAt: sentAt, answer: flags & 2 != 0 ? answer : nil, boot: try reader.readUInt64(),
            vouches: flags & 1 != 0)
        control.incarnation = try reader.readUInt64()
        control.synced = try reader.readUInt64()
        control.heardSynced = try reader.readUInt64()
        control.oldestSyncMilliseconds = try reader.readUInt32()
        control.clusterMilliseconds = try reader.readUInt64()
        control.confirmedLeft = try reader.readUInt64()
        control.confirmedResigned = try reader.readUInt64()
        control.leftNumber = try reader.readUInt64()
        control.resignedNumber = try reader.readUInt64()
        control.left = try reader.readList(elementBytesMin: 48) { (reader) throws(WireError) in try Left.read(&reader) }
        control.resigned = try reader.readList(elementBytesMin: 32) { (reader) throws(WireError) in
            try Resigned.read(&reader)
        }
        if flags & 4 != 0 { control.systemDescriptor = try reader.readDescriptor() }
        control.nodes = try reader.readNodeAddresses()
        return control
    }
}

extension ControlFrame.Left {
    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> ControlFrame.Left {
        ControlFrame.Left(
            number: try reader.readUInt64(), shard: ShardID(try reader.readUInt64()), leader: try reader.readMember(),
            replica: ReplicaID(try reader.readUInt64()), term: Term(try reader.readUInt64()))
    }
}

extension ControlFrame.Resigned {
    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> ControlFrame.Resigned {
        ControlFrame.Resigned(
            number: try reader.readUInt64(), shard: ShardID(try reader.readUInt64()),
            replica: ReplicaID(try reader.readUInt64()), term: Term(try reader.readUInt64()))
    }
}
