/// The order of keys: byte by byte, unsigned, the shorter first when one begins with the other.
package enum ByteOrder {
    /// Negative when `a` comes first, zero when they are equal, positive when `b` comes first.
    package static func compare(_ a: borrowing RawSpan, _ b: borrowing RawSpan) -> Int {
        let common = min(a.byteCount, b.byteCount)
        var offset = 0
        // Eight bytes at a time: keys of one table share long prefixes, and a byte-wise walk is four times slower.
        while common - offset >= 8 {
            // Safe because any eight bytes are a UInt64, and the load checks its bounds.
            let x = unsafe a.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let y = unsafe b.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if x != y { return x.bigEndian < y.bigEndian ? -1 : 1 }
            offset += 8
        }
        while offset < common {
            // Safe because any byte is a UInt8, and the load checks its bounds.
            let x = unsafe a.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            let y = unsafe b.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
            if x != y { return x < y ? -1 : 1 }
            offset += 1
        }
        return a.byteCount - b.byteCount
    }

    /// The order of two arrays, as above.
    package static func compare(_ a: [UInt8], _ b: [UInt8]) -> Int {
        // Safe because bytes have no padding.
        unsafe compare(a.span.bytes, b.span.bytes)
    }

    /// The order of an array and a view, as above.
    package static func compare(_ a: [UInt8], _ b: borrowing RawSpan) -> Int {
        // Safe because bytes have no padding.
        unsafe compare(a.span.bytes, b)
    }
}
