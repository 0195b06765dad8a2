import Keyspace
import NIOCore
import Raft

/// ```
/// operator := shard:u64 partner:u64 priority:u8 patienceMilliseconds:u64 reason:text count:u32 step* end:u8 [ended]
/// ended    := operation:u64 failed:u8 [failure:text]
/// step     := shard:u64 version:u64 config:u64 kind:u8 fields                      do not renumber
/// 1 addLearner     := member          2 promote        := member
/// 3 enterJoint     := count:u32 member* count:u32 member*
/// 4 leaveJoint     := nothing         5 removeReplica  := member
/// 6 transferLeader := member          7 split          := key
/// 8 merge          := shard:u64 version:u64 config:u64 key
/// ```
/// A partner of zero stands for none.
extension OperatorRecord {
    /// Longer texts are cut.
    static let textBytesMax = 1_024
    /// More than any plan has.
    static let stepsMax = 64
    static let membersMax = 16

    func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            shard.rawValue, partner?.rawValue ?? 0, priority, patienceMilliseconds, endianness: .little)
        buffer.writeText(reason, limit: Self.textBytesMax)
        buffer.writeList(steps) { buffer, step in
            buffer.writeMultipleIntegers(
                step.shard.rawValue, step.expects.version, step.expects.config, endianness: .little)
            step.action.write(into: &buffer)
        }
        buffer.writeOptional(end) { buffer, end in
            buffer.writeLittle(end.operation)
            buffer.writeOptional(end.failure) { $0.writeText($1, limit: Self.textBytesMax) }
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> OperatorRecord {
        let shard = ShardID(try reader.readUInt64())
        let partner = try reader.readUInt64()
        let priority = try reader.readUInt8()
        let patience = try reader.readUInt64()
        let reason = try reader.readText(limit: textBytesMax)
        let steps = try reader.readList(elementBytesMin: 25, limit: stepsMax) { (reader) throws(WireError) in
            let shard = ShardID(try reader.readUInt64())
            let epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
            return Step(shard: shard, expects: epoch, action: try Action.read(&reader))
        }
        let end = try reader.readOptional { (reader) throws(WireError) in
            let operation = try reader.readUInt64()
            let failure = try reader.readOptional { (reader) throws(WireError) in
                try reader.readText(limit: textBytesMax)
            }
            return End(operation: operation, failure: failure)
        }
        return OperatorRecord(
            shard: shard, partner: partner == 0 ? nil : ShardID(partner), steps: steps, priority: priority,
            reason: reason, patienceMilliseconds: patience, end: end)
    }
}

extension OperatorRecord.Action {
    fileprivate func write(into buffer: inout ByteBuffer) {
        switch self {
        case .addLearner(let member): Self.write(1, member, into: &buffer)
        case .promote(let member): Self.write(2, member, into: &buffer)
        case .enterJoint(let incoming, let outgoing):
            buffer.writeLittle(UInt8(3))
            for members in [incoming, outgoing] { buffer.writeList(members) { $0.writeMember($1) } }
        case .leaveJoint: buffer.writeLittle(UInt8(4))
        case .removeReplica(let member): Self.write(5, member, into: &buffer)
        case .transferLeader(let member): Self.write(6, member, into: &buffer)
        case .split(let key):
            buffer.writeLittle(UInt8(7))
            buffer.writeKey(key)
        case .merge(let right, let expects, let end):
            buffer.writeMultipleIntegers(
                UInt8(8), right.rawValue, expects.version, expects.config, endianness: .little)
            buffer.writeKey(end)
        }
    }

    private static func write(_ kind: UInt8, _ member: Member, into buffer: inout ByteBuffer) {
        buffer.writeLittle(kind)
        buffer.writeMember(member)
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> Self {
        let kind = try reader.readUInt8()
        switch kind {
        case 1: return .addLearner(try reader.readMember())
        case 2: return .promote(try reader.readMember())
        case 3: return .enterJoint(incoming: try members(&reader), outgoing: try members(&reader))
        case 4: return .leaveJoint
        case 5: return .removeReplica(try reader.readMember())
        case 6: return .transferLeader(try reader.readMember())
        case 7: return .split(try reader.readKey())
        case 8:
            let right = ShardID(try reader.readUInt64())
            let epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
            return .merge(right: right, expects: epoch, end: try reader.readKey())
        default: throw .unknownKind(kind)
        }
    }

    private static func members(_ reader: inout WireReader) throws(WireError) -> [Member] {
        try reader.readList(elementBytesMin: 16, limit: OperatorRecord.membersMax) { (reader) throws(WireError) in
            try reader.readMember()
        }
    }
}
