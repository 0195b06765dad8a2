import NIOCore
import Raft

// The fields behind an envelope's term; drawn in PeerEnvelope+Codec.swift.

extension WireReader {
    fileprivate mutating func readTerm() throws(WireError) -> Term { Term(try readUInt64()) }
    fileprivate mutating func readInstant() throws(WireError) -> Instant { Instant(nanoseconds: try readInt64()) }
}

extension Append where Payload == EncodedEntry {
    func encodeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            previousIndex.rawValue, previousTerm.rawValue, commit.rawValue, replicatedEverywhere.rawValue,
            sentAt.nanoseconds, UInt32(0), endianness: .little)
        let start = buffer.writerIndex
        for entry in entries { EncodedEntry.encode(entry, into: &buffer) }
        let byteCount = UInt32(truncatingIfNeeded: buffer.writerIndex - start)
        buffer.setInteger(byteCount, at: start - 4, endianness: .little)
    }

    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> Append<EncodedEntry> {
        var append = Append(
            term: term, previousIndex: try reader.readIndex(), previousTerm: try reader.readTerm(), entries: [],
            commit: try reader.readIndex(), replicatedEverywhere: try reader.readIndex(),
            sentAt: try reader.readInstant())
        let byteCount = Int(try reader.readUInt32())
        append.entries = try EntryDecoder.decodeChunk(try reader.readSlice(count: byteCount))
        if let first = append.entries.first {
            // What does not follow its predecessor would tear the log of whoever believed it.
            guard first.index > append.previousIndex, first.index == append.previousIndex.next else {
                throw .badValue("index")
            }
            guard first.term >= append.previousTerm else { throw .badValue("term") }
        }
        if let last = append.entries.last, last.term > term { throw .badValue("term") }
        return append
    }
}

extension AppendReply {
    func encodeFields(into buffer: inout ByteBuffer) {
        let (outcomeKind, a, b, c): (UInt8, UInt64, UInt64, UInt64) =
            switch outcome {
            case .accepted(let match): (RaftMessageKind.accepted, match.rawValue, 0, 0)
            case .rejected(let rejected, let hintIndex, let hintTerm):
                (RaftMessageKind.rejected, rejected.rawValue, hintIndex.rawValue, hintTerm.rawValue)
            case .diskFull: (RaftMessageKind.diskFull, 0, 0, 0)
            }
        buffer.writeMultipleIntegers(sentAt.nanoseconds, outcomeKind, a, b, c, endianness: .little)
    }

    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> AppendReply {
        let sentAt = try reader.readInstant()
        let outcomeKind = try reader.readUInt8()
        let a = try reader.readIndex()
        let hintIndex = try reader.readIndex()
        let hintTerm = try reader.readTerm()
        let outcome: Outcome
        switch outcomeKind {
        case RaftMessageKind.accepted: outcome = .accepted(match: a)
        case RaftMessageKind.rejected: outcome = .rejected(rejected: a, hintIndex: hintIndex, hintTerm: hintTerm)
        case RaftMessageKind.diskFull: outcome = .diskFull
        default: throw .unknownKind(outcomeKind)
        }
        return AppendReply(term: term, outcome: outcome, sentAt: sentAt)
    }
}

extension VoteRequest {
    func encodeFields(into buffer: inout ByteBuffer) {
        let preVote = isPreVote ? RaftMessageKind.flagPreVote : 0
        let flags = preVote | (transfer == nil ? 0 : RaftMessageKind.flagTransfer)
        buffer.writeMultipleIntegers(
            flags, lastIndex.rawValue, lastTerm.rawValue, transfer?.rawValue ?? 0, endianness: .little)
    }

    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> VoteRequest {
        let flags = try reader.readUInt8()
        let lastIndex = try reader.readIndex()
        let lastTerm = try reader.readTerm()
        let transfer = TransferID(try reader.readUInt64())
        return VoteRequest(
            term: term, isPreVote: flags & RaftMessageKind.flagPreVote != 0, lastIndex: lastIndex, lastTerm: lastTerm,
            transfer: flags & RaftMessageKind.flagTransfer != 0 ? transfer : nil)
    }
}

extension VoteReply {
    func encodeFields(into buffer: inout ByteBuffer) {
        let preVote = isPreVote ? RaftMessageKind.flagPreVote : 0
        buffer.writeLittle(preVote | (isGranted ? RaftMessageKind.flagGranted : 0))
    }

    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> VoteReply {
        let flags = try reader.readUInt8()
        return VoteReply(
            term: term, isPreVote: flags & RaftMessageKind.flagPreVote != 0,
            isGranted: flags & RaftMessageKind.flagGranted != 0)
    }
}

extension Heartbeat {
    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> Heartbeat {
        Heartbeat(
            term: term, commit: try reader.readIndex(), round: try reader.readUInt64(),
            replicatedEverywhere: try reader.readIndex(), sentAt: try reader.readInstant())
    }
}

extension HeartbeatReply {
    static func decodeFields(_ term: Term, _ reader: inout WireReader) throws(WireError) -> HeartbeatReply {
        HeartbeatReply(term: term, round: try reader.readUInt64(), sentAt: try reader.readInstant())
    }
}
