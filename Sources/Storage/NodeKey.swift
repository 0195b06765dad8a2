package import Raft

/// Keys of the node's own rows, in family `node`.
///
/// ```
/// running number := 0x01  writer:u8  (n mod 65,536):u16  → n:u64               rule 14
/// first number   := 0x02  writer:u8                      → n:u64               where the numbers start
/// tombstone      := 0x03  shard:u64                      → format:u8 = 1 replica:u64   rule 29
///                                                          format:u8 = 2 replica:u64 left:u64   absorbed, rule 33
/// cache          := 0x04  name                           → the owner's bytes
/// return         := 0x05  shard:u64                      → format:u8 = 1 replica:u64   rule 15
/// ```
/// Keys are big-endian, values little-endian. Do not renumber.
package enum NodeKey {
    /// The first byte of a running number's key.
    package static let numberSpace: UInt8 = 0x01
    /// The first byte of the key that says where a writer's numbers start.
    package static let firstNumberSpace: UInt8 = 0x02
    /// The first byte of a tombstone's key.
    package static let tombstoneSpace: UInt8 = 0x03
    /// The first byte of a cache row's key.
    package static let cacheSpace: UInt8 = 0x04

    /// The first byte of the key of a shard to which the node wants to come back.
    package static let returnSpace: UInt8 = 0x05

    /// How many running numbers of a writer are remembered.
    package static let numberSlots: UInt64 = 65_536

    /// The greatest replica id of `shard` that was destroyed here; kept for ever.
    package static func tombstone(_ shard: ShardID) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(tombstoneSpace)
        bytes.append(bigEndian: shard.rawValue)
        return bytes
    }

    /// A voter of `shard` was destroyed here because it may have forgotten something, and another one is to take its
    /// place; the value is that of a tombstone.
    package static func returning(_ shard: ShardID) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(returnSpace)
        bytes.append(bigEndian: shard.rawValue)
        return bytes
    }

    /// A row that may be lost, such as gossip.
    package static func cache(_ name: String) -> [UInt8] { [cacheSpace] + name.utf8 }

    /// All tombstones: the first key, and the exclusive end.
    package static let tombstones: (start: [UInt8], end: [UInt8]) = ([tombstoneSpace], [tombstoneSpace + 1])

    /// All shards to come back to: the first key, and the exclusive end.
    package static let returns: (start: [UInt8], end: [UInt8]) = ([returnSpace], [returnSpace + 1])

    /// The row of a writer's running number.
    package static func number(writer: UInt8, _ number: UInt64) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(numberSpace)
        bytes.append(writer)
        bytes.append(bigEndian: UInt16(truncatingIfNeeded: number % numberSlots))
        return bytes
    }

    /// The row that says where a writer's numbers start.
    package static func firstNumber(writer: UInt8) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(firstNumberSpace)
        bytes.append(writer)
        return bytes
    }

    /// The value of a tombstone.
    package static func tombstoneValue(_ replica: ReplicaID) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(1)
        bytes.append(littleEndian: replica.rawValue)
        return bytes
    }

    /// The value of a tombstone of a shard that became part of `left`.
    package static func tombstoneValue(_ replica: ReplicaID, absorbedBy left: ShardID) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(2)
        bytes.append(littleEndian: replica.rawValue)
        bytes.append(littleEndian: left.rawValue)
        return bytes
    }

    /// The shard that absorbed the one of a tombstone; nil when it was just destroyed here.
    package static func decodeAbsorber(value: RawSpan) -> ShardID? {
        guard value.byte(at: 0) == 2 else { return nil }
        return value.littleEndian(at: 9, as: UInt64.self).map { ShardID($0) }
    }

    /// Reads the row of a tombstone, or of a shard to come back to, exactly.
    package static func decodeTombstone(
        key: RawSpan, value: RawSpan, space: UInt8 = tombstoneSpace
    ) throws(StorageError) -> (shard: ShardID, replica: ReplicaID) {
        guard key.byteCount == 9, key.byte(at: 0) == space, let shard = key.bigEndian(at: 1, as: UInt64.self)
        else { throw .corruption("a tombstone's key is malformed") }
        guard let format = value.byte(at: 0), format == 1 || format == 2 && space == tombstoneSpace else {
            throw .unsupported("tombstone format")
        }
        guard value.byteCount == (format == 1 ? 9 : 17), let replica = value.littleEndian(at: 1, as: UInt64.self) else {
            throw .corruption("a tombstone has \(value.byteCount) bytes instead of 9")
        }
        return (ShardID(shard), ReplicaID(replica))
    }
}
