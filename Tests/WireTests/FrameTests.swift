import Keyspace
import NIOCore
import Testing
import Wire

@Suite struct FrameTests {
    @Test(arguments: [FrameFlavor.client, .peer])
    func byteByByte(_ flavor: FrameFlavor) throws {
        var stream = ByteBuffer()
        for number in 0..<5 as Range<UInt8> {
            FrameWriter.write(kind: number, into: &stream, flavor: flavor) { body in
                body.writeRepeatingByte(number, count: Int(number) * 7)
            }
        }
        let parser = FrameParser(flavor: flavor, limit: 64)
        var received = ByteBuffer()
        var frames: [Frame] = []
        for byte in stream.readableBytesView {
            received.writeInteger(byte)
            while let frame = try parser.nextFrame(from: &received) { frames.append(frame) }
        }
        #expect(received.readableBytes == 0)
        #expect(frames.map(\.kind) == [0, 1, 2, 3, 4])
        for frame in frames {
            #expect(frame.body == ByteBuffer(repeating: frame.kind, count: Int(frame.kind) * 7))
        }
    }

    @Test func lengthsAtTheLimit() throws {
        for flavor in [FrameFlavor.client, .peer] {
            for (length, isAllowed) in [(99, true), (100, true), (101, false)] {
                var buffer = ByteBuffer()
                FrameWriter.write(kind: 1, into: &buffer, flavor: flavor) {
                    $0.writeRepeatingByte(0, count: length - 1)
                }
                if isAllowed {
                    let frame = try FrameParser.nextFrame(from: &buffer, flavor: flavor, limit: 100)
                    #expect(frame?.body.readableBytes == length - 1)
                } else {
                    #expect(throws: WireError.tooLarge(limit: 100, actual: length)) {
                        try FrameParser.nextFrame(from: &buffer, flavor: flavor, limit: 100)
                    }
                }
            }
        }
    }

    /// H3: refused with the four bytes of the length, before any memory is taken.
    @Test(arguments: [UInt32.max, 1 << 31, UInt32(KeyLimits.clientFrameBytesMax) + 1])
    func absurdLength(_ length: UInt32) {
        var buffer = ByteBuffer()
        buffer.writeInteger(length, endianness: .little)
        #expect(throws: WireError.tooLarge(limit: KeyLimits.clientFrameBytesMax, actual: Int(length))) {
            try FrameParser.nextFrame(from: &buffer, flavor: .client, limit: KeyLimits.clientFrameBytesMax)
        }
    }

    @Test func lengthZeroIsAnError() {
        var buffer = ByteBuffer(bytes: [0, 0, 0, 0])
        #expect(throws: WireError.badValue("frame length")) {
            try FrameParser.nextFrame(from: &buffer, flavor: .peer, limit: 100)
        }
    }

    @Test func everyFlippedBitOfAPeerFrameIsSeen() throws {
        var frame = ByteBuffer()
        FrameWriter.write(kind: 7, into: &frame, flavor: .peer) { $0.writeString("body") }
        for bit in 32..<(frame.readableBytes * 8) {
            var bytes = Array(frame.readableBytesView)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            var damaged = ByteBuffer(bytes: bytes)
            #expect(throws: WireError.badChecksum) {
                try FrameParser.nextFrame(from: &damaged, flavor: .peer, limit: 100)
            }
        }
    }

    @Test func aFrameBehindOthersIsSealedInItsOwnPlace() throws {
        var buffer = ByteBuffer(string: "read before")
        FrameWriter.write(kind: 1, into: &buffer, flavor: .peer) { $0.writeString("one") }
        buffer.moveReaderIndex(forwardBy: 11)
        FrameWriter.write(kind: 2, into: &buffer, flavor: .peer) { $0.writeString("two") }
        let parser = FrameParser(flavor: .peer, limit: 100)
        #expect(try parser.nextFrame(from: &buffer) == Frame(kind: 1, body: ByteBuffer(string: "one")))
        #expect(try parser.nextFrame(from: &buffer) == Frame(kind: 2, body: ByteBuffer(string: "two")))
        #expect(try parser.nextFrame(from: &buffer) == nil)
    }

    @Test func tooLongAFrameIsNotWritten() {
        var buffer = ByteBuffer(string: "before")
        let isWritten = FrameWriter.write(kind: 1, into: &buffer, flavor: .client) {
            $0.writeRepeatingByte(0, count: KeyLimits.clientFrameBytesMax)
        }
        #expect(!isWritten)
        #expect(buffer == ByteBuffer(string: "before"))
    }
}
