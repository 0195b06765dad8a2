package import NIOCore
import Raft

/// Cuts a stream of bytes into frames.
/// ```
/// client frame := length:u32 kind:u8 body                 length counts kind and body
/// peer frame   := length:u32 crc32c:u32 kind:u8 body      and the checksum is over them
/// ```
package struct FrameParser: Sendable {
    /// How frames look on this connection; the hello always comes as `client`, whatever follows it.
    package var flavor: FrameFlavor
    /// The greatest length accepted, in bytes; small until the hello is over, then `flavor.lengthMax`.
    package var limit: Int

    package init(flavor: FrameFlavor, limit: Int) {
        self.flavor = flavor
        self.limit = limit
    }

    /// Takes the next frame from the front of `buffer`; nil while it is incomplete. A length that is zero or too large
    /// is an error as soon as its four bytes are there. After an error the connection is of no more use.
    package func nextFrame(from buffer: inout ByteBuffer) throws(WireError) -> Frame? {
        try FrameParser.nextFrame(from: &buffer, flavor: flavor, limit: limit)
    }

    /// The same for a given flavour and limit.
    package static func nextFrame(
        from buffer: inout ByteBuffer, flavor: FrameFlavor, limit: Int
    ) throws(WireError) -> Frame? {
        let start = buffer.readerIndex
        guard let length = buffer.getInteger(at: start, endianness: .little, as: UInt32.self) else { return nil }
        guard length > 0 else { throw .badValue("frame length") }
        guard Int(length) <= limit else { throw .tooLarge(limit: limit, actual: Int(length)) }
        let header = flavor.headerByteCount
        guard buffer.readableBytes - header >= Int(length) else { return nil }
        if flavor == .peer, !isPlanted(.frameNotChecked) { try verify(buffer, length: Int(length)) }
        buffer.moveReaderIndex(forwardBy: header)
        guard let kind = buffer.readInteger(as: UInt8.self), let body = buffer.readSlice(length: Int(length) - 1) else {
            throw .truncated
        }
        return Frame(kind: kind, body: body)
    }

    private static func verify(_ buffer: ByteBuffer, length: Int) throws(WireError) {
        let span = buffer.readableBytesSpan
        let checksum = span.loadUInt32(at: 4)
        guard Checksum.crc32c(span.extracting(8..<(8 + length))) == checksum else { throw .badChecksum }
    }
}
