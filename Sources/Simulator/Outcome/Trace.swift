import NIOCore
import Wire

/// A running hash of everything that happened, in its order: two runs with the same hash did the same.
struct Trace {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// What happened.
    enum Kind: UInt64 {
        case turn = 1
        case frame
        case control
        case request
        case answer
        case synced
        case applied
        case boot
        case crash
        case fault
    }

    mutating func note(_ kind: Kind, _ time: Int64, _ a: UInt64, _ b: UInt64 = 0) {
        mix(kind.rawValue)
        mix(UInt64(bitPattern: time))
        mix(a)
        mix(b)
    }

    mutating func note(_ kind: Kind, _ time: Int64, _ bytes: ByteBuffer) {
        note(kind, time, UInt64(bytes.readableBytes))
        let span = bytes.readableBytesSpan
        var offset = 0
        while offset + 8 <= span.byteCount {
            mix(span.loadUInt64(at: offset))
            offset += 8
        }
        while offset < span.byteCount {
            mix(UInt64(span.loadUInt8(at: offset)))
            offset += 1
        }
    }

    private mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
    }

    /// Sixteen hexadecimal digits.
    var description: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
