package import Keyspace
import NIOCore
package import Raft

/// What the leaders of two shards tell each other about merging them (rule 33). Lost and late ones do no harm: what
/// counts is in the two logs.
/// ```
/// mergeNotice := kind:u8 fields                                               do not renumber
/// 1 ask      := number:u64 merge, see MergeRequest.swift
/// 2 freeze   := right:u64 version:u64 config:u64 left:u64 merge:u64
/// 3 frozen   := left:u64 load absorb, see MergeCommand     load := sessions:u64 answers:u64 bytes:u64
/// 4 unable   := left:u64 merge:u64 reason:text
/// 5 inquiry  := right:u64 start:key left:u64 merge:u64
/// 6 aborted  := right:u64 left:u64 merge:u64
/// 7 absorbed := right:u64 left:u64
/// 8 behind   := shard:u64 replica:member to:member index:u64
/// ```
package enum MergeNotice: Sendable, Equatable {
    /// A node's own request, with a number of its own; answered like `ReplicaNotice.request`.
    case ask(number: UInt64, MergeRequest)
    /// For the right shard's leader: the shard is to freeze, in this epoch only.
    case freeze(right: ShardID, Epoch, left: ShardID, merge: UInt64)
    /// For the left shard's leader: every replica holds the freeze.
    case frozen(left: ShardID, Load, MergeCommand.Absorb)
    /// For the left shard's leader: the right one does not freeze.
    case unable(left: ShardID, merge: UInt64, reason: String)
    /// The right shard, which begins at `start`, has been frozen for long: what has become of this merge?
    case inquiry(right: ShardID, start: Key, left: ShardID, merge: UInt64)
    /// For the right shard's leader: that merge was given up.
    case aborted(right: ShardID, left: ShardID, merge: UInt64)
    /// The shard `right` is part of `left`: nobody waits for a replica of it any more.
    case absorbed(right: ShardID, left: ShardID)
    /// The replica cannot absorb what the entry at `index` says, for lack of the other shard's: it needs a snapshot.
    case behind(ShardID, Member, to: Member, index: LogIndex)

    /// How much a shard's session table holds.
    package struct Load: Hashable, Sendable {
        /// How many clients it knows.
        package var sessions: UInt64
        /// How many answers of theirs.
        package var answers: UInt64
        /// About what those take.
        package var bytes: UInt64

        package init(sessions: UInt64 = 0, answers: UInt64 = 0, bytes: UInt64 = 0) {
            self.sessions = sessions
            self.answers = answers
            self.bytes = bytes
        }
    }
}

extension MergeNotice {
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .ask(let number, let request):
            buffer.writeMultipleIntegers(UInt8(1), number, endianness: .little)
            request.writeFields(into: &buffer)
        case .freeze(let right, let epoch, let left, let merge):
            buffer.writeMultipleIntegers(
                UInt8(2), right.rawValue, epoch.version, epoch.config, left.rawValue, merge, endianness: .little)
        case .frozen(let left, let load, let absorb):
            buffer.writeMultipleIntegers(
                UInt8(3), left.rawValue, load.sessions, load.answers, load.bytes, endianness: .little)
            absorb.write(into: &buffer)
        case .unable(let left, let merge, let reason):
            buffer.writeMultipleIntegers(UInt8(4), left.rawValue, merge, endianness: .little)
            buffer.writeText(reason)
        case .inquiry(let right, let start, let left, let merge):
            buffer.writeMultipleIntegers(UInt8(5), right.rawValue, endianness: .little)
            buffer.writeKey(start)
            buffer.writeMultipleIntegers(left.rawValue, merge, endianness: .little)
        case .aborted(let right, let left, let merge):
            buffer.writeMultipleIntegers(
                UInt8(6), right.rawValue, left.rawValue, merge, endianness: .little)
        case .absorbed(let right, let left):
            buffer.writeMultipleIntegers(UInt8(7), right.rawValue, left.rawValue, endianness: .little)
        case .behind(let shard, let replica, let to, let index):
            buffer.writeMultipleIntegers(UInt8(8), shard.rawValue, endianness: .little)
            buffer.writeMember(replica)
            buffer.writeMember(to)
            buffer.writeLittle(index.rawValue)
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> MergeNotice {
        let kind = try reader.readUInt8()
        switch kind {
        case 1: return .ask(number: try reader.readUInt64(), try MergeRequest.read(&reader))
        case 2:
            let right = ShardID(try reader.readUInt64())
            let epoch = try reader.readEpoch()
            return .freeze(
                right: right, epoch, left: ShardID(try reader.readUInt64()), merge: try reader.readUInt64())
        case 3:
            let left = ShardID(try reader.readUInt64())
            let load = Load(
                sessions: try reader.readUInt64(), answers: try reader.readUInt64(),
                bytes: try reader.readUInt64())
            return .frozen(left: left, load, try MergeCommand.Absorb.read(&reader))
        case 4:
            let left = ShardID(try reader.readUInt64())
            return .unable(left: left, merge: try reader.readUInt64(), reason: try reader.readText())
        case 5:
            let right = ShardID(try reader.readUInt64())
            let start = try reader.readKey()
            return .inquiry(
                right: right, start: start, left: ShardID(try reader.readUInt64()), merge: try reader.readUInt64())
        case 6:
            let right = ShardID(try reader.readUInt64())
            return .aborted(
                right: right, left: ShardID(try reader.readUInt64()), merge: try reader.readUInt64())
        case 7: return .absorbed(right: ShardID(try reader.readUInt64()), left: ShardID(try reader.readUInt64()))
        case 8:
            let shard = ShardID(try reader.readUInt64())
            let replica = try reader.readMember()
            return .behind(shard, replica, to: try reader.readMember(), index: try reader.readIndex())
        default: throw .unknownKind(kind)
        }
    }
}
