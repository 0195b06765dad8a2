package import NIOCore

/// Writes frames in place: the header's room first, then the body, then length and checksum into the room.
package enum FrameWriter {
    /// A frame that has been begun and not ended.
    package struct Open: Sendable {
        /// The index in the buffer of the frame's first byte.
        package let start: Int
        fileprivate let flavor: FrameFlavor
    }

    /// Appends a whole frame; `body` appends its body. Returns false, and leaves the buffer as it was, when the frame
    /// would be longer than its flavour allows.
    @discardableResult
    package static func write(
        kind: UInt8, into buffer: inout ByteBuffer, flavor: FrameFlavor, body: (inout ByteBuffer) -> Void
    ) -> Bool {
        let frame = begin(kind: kind, into: &buffer, flavor: flavor)
        body(&buffer)
        return end(frame, in: &buffer)
    }

    /// Appends the header's room and the kind.
    package static func begin(kind: UInt8, into buffer: inout ByteBuffer, flavor: FrameFlavor) -> Open {
        let start = buffer.writerIndex
        switch flavor {
        case .client: buffer.writeMultipleIntegers(UInt32(0), kind, endianness: .little)
        case .peer: buffer.writeMultipleIntegers(UInt64(0), kind, endianness: .little)
        }
        return Open(start: start, flavor: flavor)
    }

    /// Fills the header in; everything written since `begin` is the body. Returns false, and removes the frame, when it
    /// is longer than its flavour allows.
    @discardableResult
    package static func end(_ frame: Open, in buffer: inout ByteBuffer) -> Bool {
        let content = frame.start + frame.flavor.headerByteCount
        let length = buffer.writerIndex - content
        guard length <= frame.flavor.lengthMax else {
            buffer.moveWriterIndex(to: frame.start)
            return false
        }
        buffer.setInteger(UInt32(truncatingIfNeeded: length), at: frame.start, endianness: .little)
        if frame.flavor == .peer {
            let first = content - buffer.readerIndex
            let checksum = Checksum.crc32c(buffer.readableBytesSpan.extracting(first..<(first + length)))
            buffer.setInteger(checksum, at: frame.start + 4, endianness: .little)
        }
        return true
    }
}
