package import Keyspace
import NIOCore
package import Raft

/// A step of a merge as it stands in a log (rule 33): `freeze` and `unfreeze` in that of the right shard, the others
/// in that of the left one, which decides. All integers are little-endian:
/// ```
/// intent   := kind 4, body = version:u64 config:u64 merge:u64 right:u64 rightVersion:u64 rightConfig:u64
/// freeze   := kind 5, body = version:u64 config:u64 left:u64 merge:u64
/// absorb   := kind 6, body = merge:u64 freezeIndex:u64 freezeTerm:u64 lastVersion:u64 descriptor
/// abort    := kind 7, body = merge:u64
/// unfreeze := kind 8, body = left:u64 merge:u64
/// ```
package enum MergeCommand: Hashable, Sendable {
    /// The left shard, in this epoch, means to absorb `right` in exactly that epoch. `merge` is the number of the
    /// merge, which the left shard counts up.
    case intent(epoch: Epoch, merge: UInt64, right: ShardID, rightEpoch: Epoch)
    /// The right shard, in this epoch, takes nothing any more: it waits for what `left` decides.
    case freeze(epoch: Epoch, left: ShardID, merge: UInt64)
    /// The left shard absorbs the right one as it is after the entry at `frozen`.
    case absorb(Absorb)
    /// The left shard gives this merge up.
    case abort(merge: UInt64)
    /// The right shard goes on by itself.
    case unfreeze(left: ShardID, merge: UInt64)

    /// What is absorbed.
    package struct Absorb: Hashable, Sendable {
        /// The number of the merge.
        package var merge: UInt64
        /// Where in the right shard's log it was frozen; every replica of it holds that durably.
        package var frozen: LogPosition
        /// No version in the right shard's state is greater.
        package var lastVersion: Timestamp
        /// The right shard as it was then.
        package var right: Descriptor

        package init(merge: UInt64, frozen: LogPosition, lastVersion: Timestamp, right: Descriptor) {
            self.merge = merge
            self.frozen = frozen
            self.lastVersion = lastVersion
            self.right = right
        }
    }

    /// The entry for the position (`term`, `index`).
    package func encode(term: Term, index: LogIndex) -> EncodedEntry {
        var buffer = ByteBuffer()
        let start = EncodedEntry.beginRecord(kind: kind, term, index, in: &buffer)
        switch self {
        case .intent(let epoch, let merge, let right, let rightEpoch):
            buffer.writeMultipleIntegers(
                epoch.version, epoch.config, merge, right.rawValue, rightEpoch.version, rightEpoch.config,
                endianness: .little)
        case .freeze(let epoch, let left, let merge):
            buffer.writeMultipleIntegers(epoch.version, epoch.config, left.rawValue, merge, endianness: .little)
        case .absorb(let absorb): absorb.write(into: &buffer)
        case .abort(let merge): buffer.writeLittle(merge)
        case .unfreeze(let left, let merge): buffer.writeMultipleIntegers(left.rawValue, merge, endianness: .little)
        }
        EncodedEntry.endRecord(start, in: &buffer)
        return EncodedEntry(bytes: buffer)
    }

    private var kind: UInt8 {
        switch self {
        case .intent: EntryLayout.kindIntent
        case .freeze: EntryLayout.kindFreeze
        case .absorb: EntryLayout.kindAbsorb
        case .abort: EntryLayout.kindAbort
        case .unfreeze: EntryLayout.kindUnfreeze
        }
    }

    /// Reads an entry of one of these kinds, whose checksum has been verified before, exactly (rule 24).
    package init(_ entry: EncodedEntry) throws(WireError) {
        var reader = WireReader(entry.bytes)
        _ = try reader.readSlice(count: EntryLayout.bodyStart)
        switch entry.kind {
        case EntryLayout.kindIntent:
            self = .intent(
                epoch: try reader.readEpoch(), merge: try reader.readUInt64(),
                right: ShardID(try reader.readUInt64()), rightEpoch: try reader.readEpoch())
        case EntryLayout.kindFreeze:
            self = .freeze(
                epoch: try reader.readEpoch(), left: ShardID(try reader.readUInt64()),
                merge: try reader.readUInt64())
        case EntryLayout.kindAbsorb: self = .absorb(try Absorb.read(&reader))
        case EntryLayout.kindAbort: self = .abort(merge: try reader.readUInt64())
        case EntryLayout.kindUnfreeze:
            self = .unfreeze(left: ShardID(try reader.readUInt64()), merge: try reader.readUInt64())
        default: throw .unknownKind(entry.kind ?? 0)
        }
        try reader.finish()
    }
}

extension MergeCommand.Absorb {
    func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            merge, frozen.index.rawValue, frozen.term.rawValue, lastVersion.rawValue, endianness: .little)
        buffer.writeDescriptor(right)
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> MergeCommand.Absorb {
        let merge = try reader.readUInt64()
        let frozen = LogPosition(index: try reader.readIndex(), term: Term(try reader.readUInt64()))
        let lastVersion = Timestamp(try reader.readUInt64())
        return MergeCommand.Absorb(
            merge: merge, frozen: frozen, lastVersion: lastVersion, right: try reader.readDescriptor())
    }
}

extension WireReader {
    /// epoch := version:u64 config:u64
    mutating func readEpoch() throws(WireError) -> Epoch {
        Epoch(version: try readUInt64(), config: try readUInt64())
    }
}
