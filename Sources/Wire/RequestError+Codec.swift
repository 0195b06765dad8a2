import Keyspace
import NIOCore

extension RequestError {
    /// ```
    /// failure := code:u8 fields           do not renumber
    /// 1 notLeader hasHint:u8 [nodeAddress]     2 epochMismatch count:u32 descriptor*
    /// 3 busy retryAfterMilliseconds:u32 reason:text     4 notApplied     5 ambiguous     6 sessionExpired
    /// 7 tooStale leader:u64     8 invalidRequest text     9 unauthorized     10 diskFull     11 unavailable text
    /// 12 deadlineExceeded     13 shardStopped
    /// ```
    func write(into buffer: inout ByteBuffer) {
        buffer.writeLittle(code)
        switch self {
        case .notLeader(let hint): buffer.writeOptional(hint) { $0.writeNodeAddress($1) }
        case .epochMismatch(let descriptors): buffer.writeList(descriptors) { $0.writeDescriptor($1) }
        case .busy(let retryAfter, let reason):
            buffer.writeLittle(retryAfter)
            buffer.writeText(reason)
        case .tooStale(let leader): buffer.writeNodeIfAny(leader)
        case .invalidRequest(let text), .unavailable(let text): buffer.writeText(text)
        case .notApplied, .ambiguous, .sessionExpired, .unauthorized, .diskFull, .deadlineExceeded, .shardStopped:
            break
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> RequestError {
        let code = try reader.readUInt8()
        switch code {
        case 1:
            let hint = try reader.readOptional { (reader) throws(WireError) in try reader.readNodeAddress() }
            return .notLeader(hint: hint)
        case 2: return .epochMismatch(try reader.readDescriptors())
        case 3:
            let retryAfter = try reader.readUInt32()
            return .busy(retryAfterMilliseconds: retryAfter, reason: try reader.readText())
        case 4: return .notApplied
        case 5: return .ambiguous
        case 6: return .sessionExpired
        case 7: return .tooStale(leader: try reader.readNodeIfAny())
        case 8: return .invalidRequest(try reader.readText())
        case 9: return .unauthorized
        case 10: return .diskFull
        case 11: return .unavailable(try reader.readText())
        case 12: return .deadlineExceeded
        case 13: return .shardStopped
        default: throw .unknownKind(code)
        }
    }

    private var code: UInt8 {
        switch self {
        case .notLeader: 1
        case .epochMismatch: 2
        case .busy: 3
        case .notApplied: 4
        case .ambiguous: 5
        case .sessionExpired: 6
        case .tooStale: 7
        case .invalidRequest: 8
        case .unauthorized: 9
        case .diskFull: 10
        case .unavailable: 11
        case .deadlineExceeded: 12
        case .shardStopped: 13
        }
    }
}
