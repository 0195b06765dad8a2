import Keyspace
package import NIOCore
import Raft

extension ReplicaNotice {
    /// Appends a peer frame of kind `FrameKind.notice`.
    /// ```
    /// body       := kind:u8 fields                                        do not renumber
    /// 1 descriptor := to:member descriptor      2 notHere := shard:u64 absent:member to:member
    /// 3 request  := number:u64 replicas       see ReplicaRequest+Codec.swift
    /// 4 changed  := number:u64 descriptor     5 refused := number:u64 failure, see RequestError+Codec.swift
    /// 6 report   := descriptor                7 reported := shard:u64 version:u64 config:u64
    /// 8 reserve  := number:u64                9 reserved := number:u64 shard:u64
    /// 10 wanted  := shard:u64 absent:member to:member
    /// 11 call    := term:u64 isForAll:u8
    /// 12 transfer := number:u64 shard:u64 version:u64 config:u64 to:u64
    /// 13 split   := number:u64 split          see SplitRequest.swift
    /// 14 merge   := mergeNotice, see MergeNotice.swift
    /// 20 checked := to:member report          21 diverged := term:u64 report count:u32 replica:u64*
    /// 22 checkOver := shard:u64 index:u64 term:u64
    /// report     := shard:u64 from:member index:u64 term:u64 format:u8 chain:u64 hasScan:u8 [scan:u64]
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        let frame = FrameWriter.begin(kind: FrameKind.notice, into: &buffer, flavor: .peer)
        switch self {
        case .descriptor(let to, let descriptor):
            buffer.writeLittle(UInt8(1))
            buffer.writeMember(to)
            buffer.writeDescriptor(descriptor)
        case .notHere(let shard, let absent, let to):
            buffer.writeMultipleIntegers(UInt8(2), shard.rawValue, endianness: .little)
            buffer.writeMember(absent)
            buffer.writeMember(to)
        case .request(let number, let request):
            buffer.writeMultipleIntegers(UInt8(3), number, endianness: .little)
            request.writeFields(into: &buffer)
        case .changed(let number, let descriptor):
            buffer.writeMultipleIntegers(UInt8(4), number, endianness: .little)
            buffer.writeDescriptor(descriptor)
        case .refused(let number, let error):
            buffer.writeMultipleIntegers(UInt8(5), number, endianness: .little)
            error.write(into: &buffer)
        case .report(let descriptor):
            buffer.writeLittle(UInt8(6))
            buffer.writeDescriptor(descriptor)
        case .reported(let shard, let epoch):
            buffer.writeMultipleIntegers(
                UInt8(7), shard.rawValue, epoch.version, epoch.config, endianness: .little)
        case .reserve(let number):
            buffer.writeMultipleIntegers(UInt8(8), number, endianness: .little)
        case .reserved(let number, let shard):
            buffer.writeMultipleIntegers(UInt8(9), number, shard.rawValue, endianness: .little)
        case .wanted(let shard, let absent, let to):
            buffer.writeMultipleIntegers(UInt8(10), shard.rawValue, endianness: .little)
            buffer.writeMember(absent)
            buffer.writeMember(to)
        case .call(let term, let isForAll):
            buffer.writeMultipleIntegers(UInt8(11), term.rawValue, endianness: .little)
            buffer.writeBool(isForAll)
        case .transfer(let number, let shard, let epoch, let to):
            buffer.writeMultipleIntegers(
                UInt8(12), number, shard.rawValue, epoch.version, epoch.config, to.rawValue, endianness: .little)
        case .split(let number, let request):
            buffer.writeMultipleIntegers(UInt8(13), number, endianness: .little)
            request.writeFields(into: &buffer)
        case .merge(let notice):
            buffer.writeLittle(UInt8(14))
            notice.write(into: &buffer)
        case .checked(let to, let report):
            buffer.writeLittle(UInt8(20))
            buffer.writeMember(to)
            report.write(into: &buffer)
        case .diverged(let term, let divergence):
            buffer.writeMultipleIntegers(UInt8(21), term.rawValue, endianness: .little)
            divergence.write(into: &buffer)
        case .checkOver(let shard, let position):
            buffer.writeMultipleIntegers(
                UInt8(22), shard.rawValue, position.index.rawValue, position.term.rawValue, endianness: .little)
        }
        return FrameWriter.end(frame, in: &buffer)
    }

    /// Reads a frame of kind `FrameKind.notice`; bytes after the last known field are skipped.
    package static func decode(_ frame: Frame) throws(WireError) -> ReplicaNotice {
        guard frame.kind == FrameKind.notice else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        let kind = try reader.readUInt8()
        switch kind {
        case 1: return .descriptor(to: try reader.readMember(), try reader.readDescriptor())
        case 2:
            let shard = ShardID(try reader.readUInt64())
            return .notHere(shard: shard, absent: try reader.readMember(), to: try reader.readMember())
        case 3: return .request(number: try reader.readUInt64(), try ReplicaRequest.read(&reader))
        case 4: return .changed(number: try reader.readUInt64(), try reader.readDescriptor())
        case 5: return .refused(number: try reader.readUInt64(), try RequestError.read(&reader))
        case 6: return .report(try reader.readDescriptor())
        case 7:
            let shard = ShardID(try reader.readUInt64())
            return .reported(
                shard: shard, Epoch(version: try reader.readUInt64(), config: try reader.readUInt64()))
        case 8: return .reserve(number: try reader.readUInt64())
        case 9: return .reserved(number: try reader.readUInt64(), ShardID(try reader.readUInt64()))
        case 10:
            let shard = ShardID(try reader.readUInt64())
            return .wanted(shard: shard, absent: try reader.readMember(), to: try reader.readMember())
        case 11: return .call(term: Term(try reader.readUInt64()), isForAll: try reader.readBool())
        case 12:
            let number = try reader.readUInt64()
            let shard = ShardID(try reader.readUInt64())
            let epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
            return .transfer(number: number, shard: shard, epoch, to: ReplicaID(try reader.readUInt64()))
        case 13: return .split(number: try reader.readUInt64(), try SplitRequest.read(&reader))
        case 14: return .merge(try MergeNotice.read(&reader))
        case 20: return .checked(to: try reader.readMember(), try CheckReport.read(&reader))
        case 21:
            let term = Term(try reader.readUInt64())
            return .diverged(term: term, try CheckDivergence.read(&reader))
        case 22:
            let shard = ShardID(try reader.readUInt64())
            let index = try reader.readIndex()
            return .checkOver(shard, LogPosition(index: index, term: Term(try reader.readUInt64())))
        default: throw .unknownKind(kind)
        }
    }
}
