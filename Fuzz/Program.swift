import NIOCore

/// Reads an input as the steps of a program. Never fails: at the end everything is zero, and `isAtEnd` says so.
struct Program {
    private var bytes: ByteBuffer

    init(_ bytes: ByteBuffer) { self.bytes = bytes }

    var isAtEnd: Bool { bytes.readableBytes == 0 }

    mutating func byte() -> UInt8 { bytes.readInteger() ?? 0 }

    /// A number in 0 ..< `bound`, which is at most 256.
    mutating func choice(_ bound: Int) -> Int { Int(byte()) % bound }

    mutating func flag() -> Bool { byte() & 1 != 0 }

    mutating func short() -> UInt16 {
        let low = byte()
        return UInt16(low) | UInt16(byte()) << 8
    }

    mutating func long() -> UInt64 {
        var value: UInt64 = 0
        for shift in 0..<8 { value |= UInt64(byte()) << UInt64(8 * shift) }
        return value
    }

    /// A number that is mostly near `base`, sometimes small, seldom anything.
    mutating func number(near base: UInt64) -> UInt64 {
        let choice = byte()
        switch choice {
        case 0..<96: return base &+ UInt64(choice % 8)
        case 96..<160: return base &- UInt64(choice % 8)
        case 160..<250: return UInt64(choice - 160)
        case 250: return .max
        case 251: return .max >> 1
        case 252: return .max >> 1 &- 1
        default: return long()
        }
    }

    /// Up to `limit` bytes; their number is read first.
    mutating func slice(limit: Int = Int(UInt16.max)) -> ByteBuffer {
        let count = min(Int(short()), limit, bytes.readableBytes)
        return bytes.readSlice(length: count) ?? ByteBuffer()
    }

    /// All bytes that are left.
    mutating func rest() -> ByteBuffer { bytes.readSlice(length: bytes.readableBytes) ?? ByteBuffer() }
}
