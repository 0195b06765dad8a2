import Keyspace
package import NIOCore
package import Wire

/// How the session table reaches the disk: every apply batch writes one *delta* with the commands it recorded, in
/// the same atomic batch as their effects; once the deltas since the last *checkpoint* have grown, the whole table
/// is written and they are deleted.
///
///     delta      := format:u8=1 count:u32 recorded*
///     recorded   := flags:u8 [session:u64 if bit 0] [stamp:u64 if bit 1] sequence:u64 behind:u32 outcome
///                   (left out: as in the record before; `behind` = sequence − doneBelow, at most 2^32 − 1)
///     checkpoint := format:u8=1 swept:u64 sessions:u32 session*
///     session    := id:u64 doneBelow:u64 last:u64 answers:u32 (sequence:u64 outcome)*
///     outcome    := 1 operation                                          one operation's result
///                 | 2 count:u32 operation*                               several
///                 | 3 kind:u8 | …                                        refused (see `Refusal`)
///     operation  := 1 version:u64 | 2 existed:u8 version:u64 | 3 version:u64 | 4 present:u8 version:u64
///
/// Read exactly: an unknown format or kind stops the replica (rule 24).
extension SessionTable {
    static let format: UInt8 = 1

    /// One recorded command, as a delta carries it.
    package struct Recorded: Sendable, Equatable {
        var header: CommandHeader
        var stampMilliseconds: UInt64
        var outcome: CommandOutcome
    }

    static func encodeDelta(_ recorded: [Recorded]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(5 + recorded.count * 40)
        buffer.writeInteger(format)
        buffer.writeInteger(UInt32(recorded.count), endianness: .little)
        var session: UInt64?
        var stamp: UInt64?
        for item in recorded {
            let isNewSession = item.header.session != session
            let isNewStamp = item.stampMilliseconds != stamp
            buffer.writeInteger(UInt8((isNewSession ? 1 : 0) | (isNewStamp ? 2 : 0)))
            if isNewSession { buffer.writeInteger(item.header.session, endianness: .little) }
            if isNewStamp { buffer.writeInteger(item.stampMilliseconds, endianness: .little) }
            session = item.header.session
            stamp = item.stampMilliseconds
            // A sequence below its own done-below never gets here: it is refused.
            let behind = UInt32(clamping: item.header.sequence - min(item.header.doneBelow, item.header.sequence))
            buffer.writeMultipleIntegers(item.header.sequence, behind, endianness: .little)
            encode(item.outcome, into: &buffer)
        }
        return buffer
    }

    /// Records a delta's commands again, in the order they were applied; `window` is in milliseconds of replicated
    /// time. Read exactly (rule 24): `badValue`, `unknownKind`, `truncated` or `trailingBytes` for anything else. After
    /// an error the table is of no use: it holds a part of the delta.
    package mutating func absorb(delta: ByteBuffer, window: UInt64) throws(WireError) {
        var reader = delta
        guard reader.readInteger(as: UInt8.self) == Self.format else { throw .badValue("session delta format") }
        guard let count = reader.readInteger(endianness: .little, as: UInt32.self) else { throw .truncated }
        var session: UInt64 = 0
        var stamp: UInt64 = 0
        for _ in 0..<count {
            guard let flags = reader.readInteger(as: UInt8.self) else { throw .truncated }
            guard flags <= 3 else { throw .badValue("session delta flags") }
            if flags & 1 != 0 { session = try Self.readUInt64(&reader) }
            if flags & 2 != 0 { stamp = try Self.readUInt64(&reader) }
            let sequence = try Self.readUInt64(&reader)
            guard let behind = reader.readInteger(endianness: .little, as: UInt32.self) else { throw .truncated }
            let outcome = try Self.decodeOutcome(&reader)
            let header = CommandHeader(
                session: session, sequence: sequence, doneBelow: sequence - min(UInt64(behind), sequence))
            sweep(stampMilliseconds: stamp, window: window)
            record(header, outcome, stampMilliseconds: stamp)
        }
        guard reader.readableBytes == 0 else { throw .trailingBytes }
    }

    private static func readUInt64(_ reader: inout ByteBuffer) throws(WireError) -> UInt64 {
        guard let value = reader.readInteger(endianness: .little, as: UInt64.self) else { throw .truncated }
        return value
    }

    /// The whole table as it is on disk, sessions in the order of their ids: equal tables give equal bytes.
    package func encodeCheckpoint() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(Self.format)
        buffer.writeInteger(sweptMilliseconds, endianness: .little)
        buffer.writeInteger(UInt32(sessions.count), endianness: .little)
        for id in sessions.keys.sorted() {
            guard let session = sessions[id] else { continue }
            buffer.writeMultipleIntegers(id, session.doneBelow, session.lastMilliseconds, endianness: .little)
            buffer.writeInteger(UInt32(session.answerCount), endianness: .little)
            for answer in session.liveAnswers {
                buffer.writeInteger(answer.sequence, endianness: .little)
                Self.encode(answer.outcome, into: &buffer)
            }
        }
        return buffer
    }

    /// Reads a checkpoint exactly (rule 24): `badValue`, `unknownKind`, `truncated` or `trailingBytes` for anything
    /// else.
    package static func decode(checkpoint: ByteBuffer) throws(WireError) -> SessionTable {
        var reader = checkpoint
        var table = SessionTable()
        guard reader.readInteger(as: UInt8.self) == format else { throw .badValue("session checkpoint format") }
        guard let swept = reader.readInteger(endianness: .little, as: UInt64.self),
            let count = reader.readInteger(endianness: .little, as: UInt32.self)
        else { throw .truncated }
        for _ in 0..<count {
            guard
                let (id, doneBelow, last) = reader.readMultipleIntegers(
                    endianness: .little, as: (UInt64, UInt64, UInt64).self),
                let answerCount = reader.readInteger(endianness: .little, as: UInt32.self)
            else { throw .truncated }
            var answers: [Session.Remembered] = []
            for _ in 0..<answerCount {
                guard let sequence = reader.readInteger(endianness: .little, as: UInt64.self) else { throw .truncated }
                if let last = answers.last, last.sequence >= sequence { throw .badValue("session answer order") }
                answers.append(Session.Remembered(sequence: sequence, outcome: try decodeOutcome(&reader)))
            }
            let session = Session(doneBelow: doneBelow, lastMilliseconds: last, answers: answers)
            table.restore(id: id, session: session, sweptMilliseconds: swept)
        }
        table.restore(sweptMilliseconds: swept)
        guard reader.readableBytes == 0 else { throw .trailingBytes }
        return table
    }

    private static func encode(_ outcome: CommandOutcome, into buffer: inout ByteBuffer) {
        switch outcome {
        case .done(.one(let operation)):
            buffer.writeInteger(UInt8(1))
            encode(operation, into: &buffer)
        case .done(.many(let operations)):
            buffer.writeInteger(UInt8(2))
            buffer.writeInteger(UInt32(operations.count), endianness: .little)
            for operation in operations { encode(operation, into: &buffer) }
        case .refused:
            // Refusals are not remembered: nothing took effect, so a repeat is judged anew.
            buffer.writeInteger(UInt8(3))
        }
    }

    private static func encode(_ operation: OperationOutcome, into buffer: inout ByteBuffer) {
        switch operation {
        case .put(let version):
            buffer.writeMultipleIntegers(UInt8(1), version.rawValue, endianness: .little)
        case .deleted(let existed, let version):
            buffer.writeMultipleIntegers(UInt8(2), UInt8(existed ? 1 : 0), version.rawValue, endianness: .little)
        case .swapped(let version):
            buffer.writeMultipleIntegers(UInt8(3), version.rawValue, endianness: .little)
        case .conditionFalse(let current):
            buffer.writeMultipleIntegers(
                UInt8(4), UInt8(current == nil ? 0 : 1), current?.rawValue ?? 0, endianness: .little)
        }
    }

    private static func decodeOutcome(_ reader: inout ByteBuffer) throws(WireError) -> CommandOutcome {
        guard let kind = reader.readInteger(as: UInt8.self) else { throw .truncated }
        switch kind {
        case 1: return .done(.one(try decodeOperation(&reader)))
        case 2:
            guard let count = reader.readInteger(endianness: .little, as: UInt32.self) else { throw .truncated }
            var operations: [OperationOutcome] = []
            for _ in 0..<count { operations.append(try decodeOperation(&reader)) }
            return .done(.many(operations))
        default: throw .unknownKind(kind)
        }
    }

    private static func decodeOperation(_ reader: inout ByteBuffer) throws(WireError) -> OperationOutcome {
        guard let kind = reader.readInteger(as: UInt8.self) else { throw .truncated }
        var flag: UInt8 = 0
        if kind == 2 || kind == 4 {
            guard let read = reader.readInteger(as: UInt8.self), read <= 1 else { throw .badValue("outcome flag") }
            flag = read
        }
        guard let raw = reader.readInteger(endianness: .little, as: UInt64.self) else { throw .truncated }
        let version = Timestamp(raw)
        switch kind {
        case 1: return .put(version: version)
        case 2: return .deleted(existed: flag == 1, version: version)
        case 3: return .swapped(version: version)
        case 4: return .conditionFalse(current: flag == 1 ? version : nil)
        default: throw .unknownKind(kind)
        }
    }
}
