package import NIOCore

/// Packs envelopes of many shards into one peer frame of kind `FrameKind.raft`.
/// ```
/// body     := count:u32 envelope*
/// envelope := length:u32 shard:u64 from:member to:member kind:u8 term:u64 fields      length counts what follows it
/// member   := replica:u64 node:u64
/// ```
/// The fields of each kind are drawn in PeerEnvelope+Codec.swift. Bytes after the last known field of an envelope, and
/// after the last envelope, are skipped.
package struct RaftFrameBuilder: Sendable {
    /// The room to begin with, in bytes: one small write, or a few messages without entries, at once.
    private static let capacity = 768

    private var buffer = ByteBuffer()
    private var open: FrameWriter.Open?
    /// Envelopes in the frame so far.
    package private(set) var count: UInt32 = 0

    package init() {}

    /// Whether no envelope waits; `finish` would give an empty buffer.
    package var isEmpty: Bool { count == 0 }

    /// The size of the frame as it would be now, in bytes.
    package var byteCount: Int { buffer.readableBytes }

    /// Adds `envelope`. Returns false, and changes nothing, when the frame would become longer than a peer accepts:
    /// finish this one and add the envelope to the next.
    @discardableResult
    package mutating func append(_ envelope: PeerEnvelope) -> Bool {
        if open == nil {
            buffer.reserveCapacity(Self.capacity)
            open = FrameWriter.begin(kind: FrameKind.raft, into: &buffer, flavor: .peer)
            buffer.writeLittle(UInt32(0))
        }
        let end = buffer.writerIndex
        envelope.encode(into: &buffer)
        guard buffer.readableBytes <= FrameFlavor.peer.lengthMax else {
            buffer.moveWriterIndex(to: end)
            return false
        }
        count += 1
        return true
    }

    /// The frame, ready to be sent; empty when nothing was added. The builder is empty again.
    package mutating func finish() -> ByteBuffer {
        guard let open, count > 0 else { return ByteBuffer() }
        let countIndex = open.start + FrameFlavor.peer.headerByteCount + 1
        buffer.setInteger(count, at: countIndex, endianness: .little)
        FrameWriter.end(open, in: &buffer)
        let frame = buffer
        buffer = ByteBuffer()
        self.open = nil
        count = 0
        return frame
    }
}
