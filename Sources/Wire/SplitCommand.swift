package import Keyspace
import NIOCore
package import Raft

/// A split as it stands in the log of the shard that is split. See `EntryLayout` for its bytes.
package struct SplitCommand: Hashable, Sendable {
    /// The shard's epoch when it was proposed; apply refuses another.
    package var epoch: Epoch
    /// The first key of the new shard.
    package var key: Key
    /// The new shard's id, which never was another's.
    package var child: ShardID
    /// The node whose replica of the new shard campaigns first: that of the leader who proposes it.
    package var first: NodeID

    package init(epoch: Epoch, key: Key, child: ShardID, first: NodeID) {
        self.epoch = epoch
        self.key = key
        self.child = child
        self.first = first
    }

    /// The entry for the position (`term`, `index`).
    package func encode(term: Term, index: LogIndex) -> EncodedEntry {
        var buffer = ByteBuffer()
        let start = EncodedEntry.beginRecord(kind: EntryLayout.kindSplit, term, index, in: &buffer)
        buffer.writeMultipleIntegers(
            epoch.version, epoch.config, child.rawValue, first.rawValue, endianness: .little)
        buffer.writeKey(key)
        EncodedEntry.endRecord(start, in: &buffer)
        return EncodedEntry(bytes: buffer)
    }

    /// Reads an entry of this kind, whose checksum has been verified before, exactly (rule 24).
    package init(_ entry: EncodedEntry) throws(WireError) {
        guard entry.isSplit else { throw .unknownKind(EntryLayout.kindSplit) }
        var reader = WireReader(entry.bytes)
        _ = try reader.readSlice(count: EntryLayout.bodyStart)
        epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
        child = ShardID(try reader.readUInt64())
        first = NodeID(try reader.readUInt64())
        key = try reader.readKey()
        try reader.finish()
    }
}

extension EncodedEntry {
    /// Whether the entry is a `SplitCommand`.
    package var isSplit: Bool {
        bytes.getInteger(at: bytes.readerIndex + EntryLayout.kindOffset, as: UInt8.self) == EntryLayout.kindSplit
    }
}
