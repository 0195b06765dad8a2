import Keyspace
package import NIOCore
import Raft

extension SnapshotEnvelope {
    /// Appends a peer frame of kind `FrameKind.snapshot`. Returns false, with the buffer as it was, when it would be
    /// longer than a peer accepts; no chunk within its limit is.
    /// ```
    /// body          := shard:u64 from:member to:member transfer:u64 kind:u8 fields       do not renumber
    /// 1 offer       := index:u64 term:u64 lastVersion:u64 descriptor chain:u64 mergeState   see MergeState
    /// 2 accept      := progress                          progress := chunks:u64 checksum:u32
    /// 3 refuse      := code:u8 index:u64                 code: 1 stale (index: commit)  2 busy
    ///                                                    3 under way (index: of that one)  4 not a member
    ///                                                    5 tombstoned  6 overlaps  7 broken
    /// 4 chunk       := progress part:u8 byteCount:u32 byte*                  see SnapshotChunk, SnapshotRows
    /// 5 acknowledge := through:u64
    /// 6 last        := progress rows:u64
    /// 7 installed   := index:u64
    /// 8 abandon     := nothing
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        let frame = FrameWriter.begin(kind: FrameKind.snapshot, into: &buffer, flavor: .peer)
        buffer.writeLittle(shard.rawValue)
        buffer.writeMember(from)
        buffer.writeMember(to)
        buffer.writeMultipleIntegers(transfer.rawValue, message.kind, endianness: .little)
        switch message {
        case .offer(let offer):
            buffer.writeMultipleIntegers(
                offer.position.index.rawValue, offer.position.term.rawValue, offer.lastVersion.rawValue,
                endianness: .little)
            buffer.writeDescriptor(offer.descriptor)
            buffer.writeLittle(offer.chain)
            offer.merge.write(into: &buffer)
        case .accept(let progress): buffer.write(progress)
        case .refuse(let refusal): buffer.write(refusal)
        case .chunk(let chunk):
            buffer.write(chunk.progress)
            buffer.writeMultipleIntegers(
                chunk.part.rawValue, UInt32(truncatingIfNeeded: chunk.bytes.readableBytes), endianness: .little)
            buffer.writeImmutableBuffer(chunk.bytes)
        case .acknowledge(let through): buffer.writeLittle(through)
        case .last(let totals):
            buffer.write(totals.progress)
            buffer.writeLittle(totals.rows)
        case .installed(let index): buffer.writeLittle(index.rawValue)
        case .abandon: break
        }
        return FrameWriter.end(frame, in: &buffer)
    }

    /// Reads a frame of kind `FrameKind.snapshot`; bytes after the last known field are skipped. A chunk's bytes are a
    /// slice of the frame, and its rows are not looked at: see `SnapshotRows`.
    package static func decode(_ frame: Frame) throws(WireError) -> SnapshotEnvelope {
        guard frame.kind == FrameKind.snapshot else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        let shard = ShardID(try reader.readUInt64())
        let from = try reader.readMember()
        let to = try reader.readMember()
        let transfer = SnapshotTransfer(try reader.readUInt64())
        return SnapshotEnvelope(
            shard: shard, from: from, to: to, transfer: transfer, message: try SnapshotMessage.read(&reader))
    }
}

extension SnapshotMessage {
    fileprivate var kind: UInt8 {
        switch self {
        case .offer: 1
        case .accept: 2
        case .refuse: 3
        case .chunk: 4
        case .acknowledge: 5
        case .last: 6
        case .installed: 7
        case .abandon: 8
        }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> SnapshotMessage {
        let kind = try reader.readUInt8()
        switch kind {
        case 1:
            let position = LogPosition(index: try reader.readIndex(), term: Term(try reader.readUInt64()))
            let lastVersion = Timestamp(try reader.readUInt64())
            return .offer(
                SnapshotOffer(
                    position: position, descriptor: try reader.readDescriptor(), lastVersion: lastVersion,
                    chain: try reader.readUInt64(), merge: try MergeState.read(&reader)))
        case 2: return .accept(try reader.readProgress())
        case 3: return .refuse(try SnapshotRefusal.read(&reader))
        case 4: return .chunk(try SnapshotChunk.read(&reader))
        case 5: return .acknowledge(through: try reader.readUInt64())
        case 6: return .last(SnapshotTotals(progress: try reader.readProgress(), rows: try reader.readUInt64()))
        case 7: return .installed(try reader.readIndex())
        case 8: return .abandon
        default: throw .unknownKind(kind)
        }
    }
}

extension SnapshotChunk {
    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> SnapshotChunk {
        let progress = try reader.readProgress()
        guard progress.chunks > 0 else { throw .badValue("chunk number") }
        guard let part = Part(rawValue: try reader.readUInt8()) else { throw .badValue("part of a snapshot") }
        let count = Int(try reader.readUInt32())
        guard count > 0 else { throw .badValue("empty chunk") }
        guard count <= bytesMax else { throw .tooLarge(limit: bytesMax, actual: count) }
        return SnapshotChunk(progress: progress, part: part, bytes: try reader.readSlice(count: count))
    }
}

extension SnapshotRefusal {
    fileprivate var fields: (code: UInt8, index: LogIndex) {
        switch self {
        case .stale(let commit): (1, commit)
        case .busy: (2, .zero)
        case .underWay(let index): (3, index)
        case .notAMember: (4, .zero)
        case .tombstoned: (5, .zero)
        case .overlaps: (6, .zero)
        case .broken: (7, .zero)
        }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> SnapshotRefusal {
        let code = try reader.readUInt8()
        let index = try reader.readIndex()
        switch code {
        case 1: return .stale(commit: index)
        case 2: return .busy
        case 3: return .underWay(index)
        case 4: return .notAMember
        case 5: return .tombstoned
        case 6: return .overlaps
        case 7: return .broken
        default: throw .unknownKind(code)
        }
    }
}

extension WireReader {
    fileprivate mutating func readProgress() throws(WireError) -> SnapshotProgress {
        SnapshotProgress(chunks: try readUInt64(), checksum: try readUInt32())
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ progress: SnapshotProgress) {
        writeMultipleIntegers(progress.chunks, progress.checksum, endianness: .little)
    }

    fileprivate mutating func write(_ refusal: SnapshotRefusal) {
        let (code, index) = refusal.fields
        writeMultipleIntegers(code, index.rawValue, endianness: .little)
    }
}
