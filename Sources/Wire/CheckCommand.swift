import NIOCore
package import Raft

/// Has every replica of the shard tell what it holds at this entry (rule 39). It changes nothing. See `EntryLayout` for
/// its bytes.
package struct CheckCommand: Hashable, Sendable {
    /// Whether the rows are read and hashed, besides what the entries did.
    package var wantsScan: Bool

    package init(wantsScan: Bool) { self.wantsScan = wantsScan }

    /// The entry for the position (`term`, `index`).
    package func encode(term: Term, index: LogIndex) -> EncodedEntry {
        var buffer = ByteBuffer()
        let start = EncodedEntry.beginRecord(kind: EntryLayout.kindCheck, term, index, in: &buffer)
        buffer.writeLittle(UInt8(wantsScan ? 1 : 0))
        EncodedEntry.endRecord(start, in: &buffer)
        return EncodedEntry(bytes: buffer)
    }

    /// Reads an entry of this kind, whose checksum has been verified before, exactly (rule 24).
    package init(_ entry: EncodedEntry) throws(WireError) {
        guard entry.isCheck else { throw .unknownKind(EntryLayout.kindCheck) }
        var reader = WireReader(entry.bytes)
        _ = try reader.readSlice(count: EntryLayout.bodyStart)
        wantsScan = try reader.readBool()
        try reader.finish()
    }
}

extension EncodedEntry {
    /// Whether the entry is a `CheckCommand`.
    package var isCheck: Bool {
        bytes.getInteger(at: bytes.readerIndex + EntryLayout.kindOffset, as: UInt8.self) == EntryLayout.kindCheck
    }

    /// Whether it is one that wants a scan: then the state must stand still behind it for a moment.
    package var wantsScan: Bool {
        isCheck && bytes.getInteger(at: bytes.readerIndex + EntryLayout.bodyStart, as: UInt8.self) == 1
    }

    /// The checksum of the record, as it stands in it.
    package var checksum: UInt32 {
        bytes.getInteger(at: bytes.readerIndex + 4, endianness: .little) ?? 0
    }
}
