import NIOCore
import Storage
import Wire

/// Puts right checksums into bytes that were changed at random, so that what lies behind a checksum is tried too.
enum Seal {
    /// The checksums of consecutive log entries, as far as their lengths make sense.
    static func entries(_ chunk: inout ByteBuffer) {
        entries(&chunk, from: chunk.readerIndex, to: chunk.writerIndex)
    }

    /// The checksums of the entries in the appends of a frame of envelopes; `body` begins with their number.
    static func envelopes(_ body: inout ByteBuffer) {
        var position = body.readerIndex + 4
        while let length = body.getInteger(at: position, endianness: .little, as: UInt32.self) {
            let end = position + 4 + Int(length)
            guard end <= body.writerIndex else { return }
            // Behind the length: shard, two members, kind and term, then the fields of an append.
            let fields = position + 4 + 8 + 32 + 1 + 8
            if length >= 93, body.getInteger(at: position + 44, as: UInt8.self) == 1 {
                entries(&body, from: fields + 44, to: end)
            }
            position = end
        }
    }

    /// The checksum in the first four bytes, over all that follows.
    static func record(_ bytes: inout ByteBuffer) {
        guard bytes.readableBytes > 4 else { return }
        let checksum = crc(bytes, from: bytes.readerIndex + 4, to: bytes.writerIndex)
        bytes.setInteger(checksum, at: bytes.readerIndex, endianness: .little)
    }

    /// The checksums of whole peer frames.
    static func peerFrames(_ stream: inout ByteBuffer) {
        var position = stream.readerIndex
        while let length = stream.getInteger(at: position, endianness: .little, as: UInt32.self) {
            let end = position + 8 + Int(length)
            guard end <= stream.writerIndex else { return }
            stream.setInteger(crc(stream, from: position + 8, to: end), at: position + 4, endianness: .little)
            position = end
        }
    }

    /// The checksum of a slot of the mark file, behind as many files as its count says.
    static func slot(_ slot: inout ByteBuffer) {
        let start = slot.readerIndex
        guard let count = slot.getInteger(at: start + 32, endianness: .little, as: UInt32.self), count <= 250 else {
            return
        }
        let end = start + 36 + 16 * Int(count)
        guard end + 4 <= slot.writerIndex else { return }
        slot.setInteger(crc(slot, from: start, to: end), at: end, endianness: .little)
    }

    private static func entries(_ bytes: inout ByteBuffer, from start: Int, to end: Int) {
        var position = start
        while position + 8 <= end, let length = bytes.getInteger(at: position, endianness: .little, as: UInt32.self) {
            let next = position + 8 + Int(length)
            guard next <= end else { return }
            bytes.setInteger(crc(bytes, from: position + 8, to: next), at: position + 4, endianness: .little)
            position = next
        }
    }

    private static func crc(_ bytes: ByteBuffer, from start: Int, to end: Int) -> UInt32 {
        let offset = start - bytes.readerIndex
        return Checksum.crc32c(bytes.readableBytesSpan.extracting(offset..<(offset + end - start)))
    }
}
