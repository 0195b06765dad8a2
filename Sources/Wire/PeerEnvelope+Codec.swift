import NIOCore
import Raft

extension PeerEnvelope {
    /// Appends the envelope, its length first.
    /// ```
    /// 1 append         := previousIndex:u64 previousTerm:u64 commit:u64 replicatedEverywhere:u64 sentAt:i64
    ///                     byteCount:u32 entry*                     byteCount is that of the entries
    /// 2 appendReply    := sentAt:i64 outcome:u8 a:u64 b:u64 c:u64
    ///                     outcome: 1 accepted, a = match; 2 rejected, a = rejected, b = hintIndex, c = hintTerm;
    ///                     3 disk full
    /// 3 voteRequest    := flags:u8 lastIndex:u64 lastTerm:u64 transfer:u64
    /// 4 voteReply      := flags:u8
    /// 5 heartbeat      := commit:u64 round:u64 replicatedEverywhere:u64 sentAt:i64
    /// 6 heartbeatReply := round:u64 sentAt:i64
    /// 7 timeoutNow     := transfer:u64
    /// flags            := bit 0 pre-vote, bit 1 granted, bit 2 transfer is present
    /// ```
    func encode(into buffer: inout ByteBuffer) {
        let start = buffer.writerIndex
        buffer.writeMultipleIntegers(
            UInt32(0), shard.rawValue, from.replica.rawValue, from.node.rawValue, to.replica.rawValue,
            to.node.rawValue, message.kind, message.term.rawValue, endianness: .little)
        switch message {
        case .append(let append): append.encodeFields(into: &buffer)
        case .appendReply(let reply): reply.encodeFields(into: &buffer)
        case .voteRequest(let request): request.encodeFields(into: &buffer)
        case .voteReply(let reply): reply.encodeFields(into: &buffer)
        case .heartbeat(let heartbeat):
            buffer.writeMultipleIntegers(
                heartbeat.commit.rawValue, heartbeat.round, heartbeat.replicatedEverywhere.rawValue,
                heartbeat.sentAt.nanoseconds, endianness: .little)
        case .heartbeatReply(let reply):
            buffer.writeMultipleIntegers(reply.round, reply.sentAt.nanoseconds, endianness: .little)
        case .timeoutNow(let timeoutNow): buffer.writeLittle(timeoutNow.transfer.rawValue)
        }
        let length = buffer.writerIndex - start - 4
        buffer.setInteger(UInt32(truncatingIfNeeded: length), at: start, endianness: .little)
    }

    /// Reads an envelope from the bytes behind its length; all of them belong to it.
    static func decode(_ bytes: ByteBuffer) throws(WireError) -> PeerEnvelope {
        var reader = WireReader(bytes)
        let shard = ShardID(try reader.readUInt64())
        let from = try reader.readMember()
        let to = try reader.readMember()
        let kind = try reader.readUInt8()
        let term = Term(try reader.readUInt64())
        let message: Message<EncodedEntry>
        switch kind {
        case RaftMessageKind.append: message = .append(try Append.decodeFields(term, &reader))
        case RaftMessageKind.appendReply: message = .appendReply(try AppendReply.decodeFields(term, &reader))
        case RaftMessageKind.voteRequest: message = .voteRequest(try VoteRequest.decodeFields(term, &reader))
        case RaftMessageKind.voteReply: message = .voteReply(try VoteReply.decodeFields(term, &reader))
        case RaftMessageKind.heartbeat: message = .heartbeat(try Heartbeat.decodeFields(term, &reader))
        case RaftMessageKind.heartbeatReply: message = .heartbeatReply(try HeartbeatReply.decodeFields(term, &reader))
        case RaftMessageKind.timeoutNow:
            message = .timeoutNow(TimeoutNow(term: term, transfer: TransferID(try reader.readUInt64())))
        default: throw .unknownKind(kind)
        }
        return PeerEnvelope(shard: shard, from: from, to: to, message: message)
    }
}

extension Message {
    fileprivate var kind: UInt8 {
        switch self {
        case .append: RaftMessageKind.append
        case .appendReply: RaftMessageKind.appendReply
        case .voteRequest: RaftMessageKind.voteRequest
        case .voteReply: RaftMessageKind.voteReply
        case .heartbeat: RaftMessageKind.heartbeat
        case .heartbeatReply: RaftMessageKind.heartbeatReply
        case .timeoutNow: RaftMessageKind.timeoutNow
        }
    }
}
