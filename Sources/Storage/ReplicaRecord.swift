package import Raft

/// The id of a shard's replica on this node (`ShardRecordKey.replica`).
///
/// ```
/// record := format:u8 = 1  replica:u64          little-endian
/// ```
package enum ReplicaRecord {
    private static let format: UInt8 = 1

    /// The record's bytes.
    package static func encode(_ replica: ReplicaID) -> [UInt8] {
        var bytes: [UInt8] = [format]
        bytes.append(littleEndian: replica.rawValue)
        return bytes
    }

    /// Reads a record exactly (rule 24).
    package static func decode(_ bytes: RawSpan) throws(StorageError) -> ReplicaID {
        guard let theirs = bytes.byte(at: 0) else { throw .corruption("a replica record is empty") }
        guard theirs == format else { throw .unsupported("replica record format \(theirs)") }
        guard bytes.byteCount == 9, let replica = bytes.littleEndian(at: 1, as: UInt64.self) else {
            throw .corruption("a replica record has \(bytes.byteCount) bytes instead of 9")
        }
        return ReplicaID(replica)
    }
}
