import Keyspace
import NIOCore

extension WriteResult {
    /// ```
    /// written := count:u32 outcome*       outcome := kind:u8 version:u64
    /// kind: 1 put, 2 deleted and existed, 3 deleted and did not exist, 4 swapped,
    ///       5 condition false and version is the current one, 6 condition false and the key is absent
    /// ```
    func write(into buffer: inout ByteBuffer) {
        switch self {
        case .one(let outcome):
            let (kind, version) = outcome.encoded
            buffer.writeMultipleIntegers(UInt32(1), kind, version, endianness: .little)
        case .many(let outcomes):
            buffer.writeList(outcomes) { buffer, outcome in
                let (kind, version) = outcome.encoded
                buffer.writeMultipleIntegers(kind, version, endianness: .little)
            }
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> WriteResult {
        let count = try reader.readCount(elementBytesMin: 9)
        if count == 1 { return .one(try OperationOutcome.read(&reader)) }
        var outcomes: [OperationOutcome] = []
        outcomes.reserveCapacity(count)
        for _ in 0..<count { outcomes.append(try OperationOutcome.read(&reader)) }
        return .many(outcomes)
    }
}

extension OperationOutcome {
    /// The nine bytes of the outcome, as the wire and the session table keep them: kind and version.
    package var encoded: (kind: UInt8, version: UInt64) {
        switch self {
        case .put(let version): (1, version.rawValue)
        case .deleted(true, let version): (2, version.rawValue)
        case .deleted(false, let version): (3, version.rawValue)
        case .swapped(let version): (4, version.rawValue)
        case .conditionFalse(.some(let current)): (5, current.rawValue)
        case .conditionFalse(.none): (6, 0)
        }
    }

    /// The outcome that `encoded` gave; nil for a kind that is not known.
    package init?(kind: UInt8, version rawVersion: UInt64) {
        let version = Timestamp(rawVersion)
        switch kind {
        case 1: self = .put(version: version)
        case 2: self = .deleted(existed: true, version: version)
        case 3: self = .deleted(existed: false, version: version)
        case 4: self = .swapped(version: version)
        case 5: self = .conditionFalse(current: version)
        case 6: self = .conditionFalse(current: nil)
        default: return nil
        }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> OperationOutcome {
        let kind = try reader.readUInt8()
        guard let outcome = OperationOutcome(kind: kind, version: try reader.readUInt64()) else {
            throw .unknownKind(kind)
        }
        return outcome
    }
}
