package import Raft

/// Keys of a shard's own records (`l` records) in family `data`, behind all keyspaces.
///
/// ```
/// key    := 'l' (0x6C)  shard:u64  kind:u8  [suffix]          big-endian
/// kind   := 1 descriptor   2 applied state   3 session checkpoint   4 session delta   5 replica   6 merge state
/// suffix := index:u64, for kind 4: the applied index of the delta
/// ```
/// They are the truth about which replicas exist (rule 16). Do not renumber.
package enum ShardRecordKey {
    /// The first byte of every shard record's key; behind the spaces of the system and of users.
    package static let space: UInt8 = 0x6C

    /// The records of a shard.
    package enum Kind: UInt8, CaseIterable, Sendable {
        case descriptor = 1
        case appliedState = 2
        case sessionCheckpoint = 3
        case sessionDelta = 4
        /// Whose records these are: the descriptor alone does not say it once the replica was removed.
        case replica = 5
        /// Of a shard that ever took part in a merge.
        case merge = 6
    }

    /// The shard's descriptor as of its applied index.
    package static func descriptor(_ shard: ShardID) -> SmallBytes { key(shard, .descriptor) }

    /// The shard's `AppliedState`.
    package static func appliedState(_ shard: ShardID) -> SmallBytes { key(shard, .appliedState) }

    /// The id of the replica here; see `ReplicaRecord`.
    package static func replica(_ shard: ShardID) -> SmallBytes { key(shard, .replica) }

    /// The shard's `MergeState`, when it is not that of a shard which never took part in a merge.
    package static func merge(_ shard: ShardID) -> SmallBytes { key(shard, .merge) }

    /// The whole session table at some index.
    package static func sessionCheckpoint(_ shard: ShardID) -> SmallBytes { key(shard, .sessionCheckpoint) }

    /// What the entry at `index` changed in the session table since the checkpoint.
    package static func sessionDelta(_ shard: ShardID, index: LogIndex) -> SmallBytes {
        var bytes = key(shard, .sessionDelta)
        bytes.append(bigEndian: index.rawValue)
        return bytes
    }

    /// All records of a shard: the first key, and the exclusive end.
    package static func range(_ shard: ShardID) -> (start: SmallBytes, end: SmallBytes) {
        var start = SmallBytes()
        start.append(space)
        start.append(bigEndian: shard.rawValue)
        var end = start
        end.append(0xFF)
        return (start, end)
    }

    /// All records of all shards: the first key, and the exclusive end.
    package static let all: (start: [UInt8], end: [UInt8]) = ([space], [space + 1])

    /// The shard and the kind of a record's key; throws `unsupported` for an unknown kind (rule 24).
    package static func decode(_ key: RawSpan) throws(StorageError) -> (shard: ShardID, kind: Kind, index: LogIndex?) {
        guard key.byte(at: 0) == space, let shard = key.bigEndian(at: 1, as: UInt64.self), let code = key.byte(at: 9)
        else { throw .corruption("a shard record's key is malformed") }
        guard let kind = Kind(rawValue: code) else { throw .unsupported("shard record kind \(code)") }
        guard kind == .sessionDelta else {
            guard key.byteCount == 10 else { throw .corruption("a shard record's key is malformed") }
            return (ShardID(shard), kind, nil)
        }
        guard key.byteCount == 18, let index = key.bigEndian(at: 10, as: UInt64.self) else {
            throw .corruption("a shard record's key is malformed")
        }
        return (ShardID(shard), kind, LogIndex(index))
    }

    private static func key(_ shard: ShardID, _ kind: Kind) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(space)
        bytes.append(bigEndian: shard.rawValue)
        bytes.append(kind.rawValue)
        return bytes
    }
}
