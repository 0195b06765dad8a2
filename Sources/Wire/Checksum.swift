import CChecksum
package import NIOCore

/// CRC32C (Castagnoli), the checksum of entries, records and peer frames; 8 bytes a step, by the processor's own
/// instruction where there is one. Lanes spend more on it than on deciding when values are large.
package struct Checksum: Sendable {
    /// The checksum of what was added so far.
    package private(set) var value: UInt32

    /// Of nothing yet.
    package init() { value = 0 }

    /// Takes in `span` after what was added before.
    package mutating func add(_ span: borrowing RawSpan) {
        value = Checksum.crc32c(span, seed: value)
    }

    /// The checksum of `span`; with a seed, of what the seed is the checksum of, followed by `span`.
    package static func crc32c(_ span: borrowing RawSpan, seed: UInt32 = 0) -> UInt32 {
        guard hasInstruction else { return crc32cByTable(span, seed: seed) }
        // Safe because the callee reads `count` bytes from `baseAddress`, and keeps neither.
        return unsafe span.withUnsafeBytes { bytes in
            ~(unsafe dshard_crc32c_update(~seed, bytes.baseAddress, bytes.count))
        }
    }

    /// The same on processors that lack the instruction.
    package static func crc32cByTable(_ span: borrowing RawSpan, seed: UInt32 = 0) -> UInt32 {
        update(~seed, span, tables.span)
    }

    private static let hasInstruction = dshard_crc32c_has_instruction()

    /// The checksum of the readable bytes of `buffer`.
    package static func crc32c(_ buffer: ByteBuffer, seed: UInt32 = 0) -> UInt32 {
        crc32c(buffer.readableBytesSpan, seed: seed)
    }

    /// The table is a parameter so that the loop does not ask again and again whether it is there; the precondition
    /// tells the compiler its size, which drops the bounds checks.
    private static func update(_ start: UInt32, _ span: borrowing RawSpan, _ table: borrowing Span<UInt32>) -> UInt32 {
        precondition(table.count == 2048)
        var crc = start
        var offset = 0
        let count = span.byteCount
        while count - offset >= 8 {
            // Safe because any eight bytes are a UInt64, and the load checks its bounds.
            let word = unsafe UInt64(littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let x = word ^ UInt64(crc)
            let low =
                table[0x700 | Int(x & 0xFF)] ^ table[0x600 | Int(x >> 8 & 0xFF)]
                ^ table[0x500 | Int(x >> 16 & 0xFF)] ^ table[0x400 | Int(x >> 24 & 0xFF)]
            let high =
                table[0x300 | Int(x >> 32 & 0xFF)] ^ table[0x200 | Int(x >> 40 & 0xFF)]
                ^ table[0x100 | Int(x >> 48 & 0xFF)] ^ table[Int(x >> 56)]
            crc = low ^ high
            offset += 8
        }
        while offset < count {
            // Safe because any byte is a UInt8, and the load checks its bounds.
            let byte = unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            crc = crc >> 8 ^ table[Int((crc ^ UInt32(byte)) & 0xFF)]
            offset += 1
        }
        return ~crc
    }

    /// Eight tables of 256: the k-th has the effect of a byte that k more bytes follow.
    private static let tables: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 2048)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            table[byte] = crc
        }
        for index in 256..<2048 {
            let previous = table[index - 256]
            table[index] = previous >> 8 ^ table[Int(previous & 0xFF)]
        }
        return table
    }()
}
