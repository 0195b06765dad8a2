import NIOCore
import Testing
import Wire

/// RFC 3720, appendix B.4, and the check value of the catalogue.
@Suite struct ChecksumTests {
    @Test func knownVectors() {
        #expect(Checksum.crc32c(ByteBuffer(string: "123456789")) == 0xE306_9283)
        #expect(Checksum.crc32c(ByteBuffer(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(Checksum.crc32c(ByteBuffer(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(Checksum.crc32c(ByteBuffer(bytes: 0..<32)) == 0x46DD_794E)
        #expect(Checksum.crc32c(ByteBuffer(bytes: (0..<32).reversed())) == 0x113F_DB5C)
        #expect(Checksum.crc32c(ByteBuffer()) == 0)
    }

    @Test func agreesWithBitByBitAtEveryLengthAndCut() {
        var random = SeededRandom(seed: 4)
        for count in 0..<70 {
            let buffer = ByteBuffer(bytes: random.bytes(count...count))
            let expected = bitwise(buffer)
            #expect(Checksum.crc32c(buffer) == expected)
            #expect(Checksum.crc32cByTable(buffer.readableBytesSpan) == expected)
            let cut = Int.random(in: 0...count, using: &random)
            var checksum = Checksum()
            checksum.add(buffer.readableBytesSpan.extracting(0..<cut))
            checksum.add(buffer.readableBytesSpan.extracting(cut..<count))
            #expect(checksum.value == expected)
        }
    }

    private func bitwise(_ buffer: ByteBuffer) -> UInt32 {
        var crc = UInt32.max
        for byte in buffer.readableBytesView {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        }
        return ~crc
    }
}
