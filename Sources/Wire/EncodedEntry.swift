package import NIOCore
import Raft

/// A log entry as it is stored, sent and applied: the whole record, length and checksum included. It is encoded once,
/// by the leader; these bytes go to every disk and every follower. See `EntryLayout` for what they are.
package struct EncodedEntry: EntryPayload, Sendable, Equatable {
    /// The whole record, from the length on.
    package var bytes: ByteBuffer

    /// Takes bytes that are known to be a whole, valid record.
    package init(bytes: ByteBuffer) { self.bytes = bytes }

    /// The size of the record, in bytes.
    package var byteCount: Int { bytes.readableBytes }

    /// Another shard's replica has to be brought to its end before this one absorbs it (rule 33).
    package var isBarrier: Bool { kind == EntryLayout.kindAbsorb }

    /// Whether the entry is a `MergeCommand`.
    package var isMerge: Bool { kind.map { EntryLayout.mergeKinds.contains($0) } ?? false }

    /// See `EntryLayout`; nil for bytes that are no entry.
    var kind: UInt8? { bytes.getInteger(at: bytes.readerIndex + EntryLayout.kindOffset, as: UInt8.self) }
}
