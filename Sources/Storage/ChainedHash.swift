/// A 64-bit hash over everything that is mixed into it, in order: fast and well mixed, and not meant against anybody
/// who looks for collisions. Two of them are compared, never looked at.
///
/// Each step is state := high ⊕ low of the product (state ⊕ input) × constant. Bytes are taken eight at a time,
/// little-endian; from 32 bytes on in four strands, because a multiplication waits for the one before it in its strand.
/// Do not change: replicas of one shard compare what different builds of this code have computed.
package struct ChainedHash: Hashable, Sendable {
    /// The state; what is compared.
    package private(set) var rawValue: UInt64

    /// Goes on from a state that was stored.
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Of nothing yet.
    package init() { rawValue = 0x5899_65CC_7537_4CC3 }

    @inline(__always)
    private static func fold(_ state: UInt64, _ constant: UInt64) -> UInt64 {
        let product = state.multipliedFullWidth(by: constant)
        return product.high ^ product.low
    }

    /// Takes in a number.
    package mutating func mix(_ number: UInt64) {
        rawValue = ChainedHash.fold(rawValue ^ number, 0xA076_1D64_78BD_642F) &+ 1
    }

    /// Takes in bytes and how many they are.
    package mutating func mix(_ bytes: RawSpan) {
        // Spread over the word: the length is not to be mistaken for another first byte.
        var state = rawValue ^ UInt64(truncatingIfNeeded: bytes.byteCount) &* 0x9E37_79B9_7F4A_7C15
        var offset = 0
        if bytes.byteCount >= 32 {
            var (a, b, c, d) = (state, state, state, state)
            while let word = bytes.littleEndian(at: offset + 24, as: UInt64.self) {
                a = ChainedHash.fold(a ^ (bytes.littleEndian(at: offset) ?? 0), 0xA076_1D64_78BD_642F)
                b = ChainedHash.fold(b ^ (bytes.littleEndian(at: offset + 8) ?? 0), 0xE703_7ED1_A0B4_28DB)
                c = ChainedHash.fold(c ^ (bytes.littleEndian(at: offset + 16) ?? 0), 0x8EBC_6AF0_9C88_C6E3)
                d = ChainedHash.fold(d ^ word, 0x5899_65CC_7537_4CC3)
                offset += 32
            }
            state = a ^ b &* 3 ^ c &* 5 ^ d &* 7
        }
        while let word = bytes.littleEndian(at: offset, as: UInt64.self) {
            state = ChainedHash.fold(state ^ word, 0xE703_7ED1_A0B4_28DB)
            offset += 8
        }
        var rest: UInt64 = 0
        while let byte = bytes.byte(at: offset) {
            rest = rest << 8 | UInt64(byte)
            offset += 1
        }
        rawValue = ChainedHash.fold(state ^ rest, 0x8EBC_6AF0_9C88_C6E3) &+ 1
    }
}
