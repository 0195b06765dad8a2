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
}
