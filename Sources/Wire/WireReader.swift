package import NIOCore

/// Reads what others wrote, field by field, without trust: every read says when the bytes are not there, every length
/// is checked before memory is taken. All integers are little-endian.
package struct WireReader: Sendable {
    private var buffer: ByteBuffer

    /// Reads the readable bytes of `buffer`, which stays as it is.
    package init(_ buffer: ByteBuffer) { self.buffer = buffer }

    /// The bytes not read yet.
    package var remaining: Int { buffer.readableBytes }

    /// One byte.
    package mutating func readUInt8() throws(WireError) -> UInt8 {
        guard let value = buffer.readInteger(as: UInt8.self) else { throw .truncated }
        return value
    }

    /// Two bytes.
    package mutating func readUInt16() throws(WireError) -> UInt16 {
        guard let value = buffer.readInteger(endianness: .little, as: UInt16.self) else { throw .truncated }
        return value
    }

    /// Four bytes.
    package mutating func readUInt32() throws(WireError) -> UInt32 {
        guard let value = buffer.readInteger(endianness: .little, as: UInt32.self) else { throw .truncated }
        return value
    }

    /// Eight bytes.
    package mutating func readUInt64() throws(WireError) -> UInt64 {
        guard let value = buffer.readInteger(endianness: .little, as: UInt64.self) else { throw .truncated }
        return value
    }

    /// Eight bytes, two's complement.
    package mutating func readInt64() throws(WireError) -> Int64 {
        guard let value = buffer.readInteger(endianness: .little, as: Int64.self) else { throw .truncated }
        return value
    }

    /// A byte that is 0 or 1.
    package mutating func readBool() throws(WireError) -> Bool {
        switch try readUInt8() {
        case 0: return false
        case 1: return true
        default: throw .badValue("flag")
        }
    }

    /// The next `count` bytes, without a copy.
    package mutating func readSlice(count: Int) throws(WireError) -> ByteBuffer {
        guard count >= 0, let slice = buffer.readSlice(length: count) else { throw .truncated }
        return slice
    }

    /// length:u16 bytes; at most `limit` of them, copied.
    package mutating func readBytes(limit: Int) throws(WireError) -> [UInt8] {
        let count = Int(try readUInt16())
        guard count <= limit else { throw .tooLarge(limit: limit, actual: count) }
        guard let bytes = buffer.readBytes(length: count) else { throw .truncated }
        return bytes
    }

    /// length:u16 UTF-8; a text that is not UTF-8 is an error.
    package mutating func readText(limit: Int = Int(UInt16.max)) throws(WireError) -> String {
        let bytes = try readBytes(limit: limit)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .badValue("text") }
        return text
    }

    /// count:u32, of elements of at least `elementBytesMin` bytes each; more than can be there is an error.
    package mutating func readCount(elementBytesMin: Int, limit: Int = .max) throws(WireError) -> Int {
        let count = Int(try readUInt32())
        guard count <= limit else { throw .tooLarge(limit: limit, actual: count) }
        guard count <= remaining / max(1, elementBytesMin) else { throw .truncated }
        return count
    }

    /// count:u32 element*, each of at least `elementBytesMin` bytes.
    package mutating func readList<Element>(
        elementBytesMin: Int, limit: Int = .max,
        _ element: (inout WireReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let count = try readCount(elementBytesMin: elementBytesMin, limit: limit)
        var list: [Element] = []
        // An element in memory may be larger than its bytes, so the claim of a stranger reserves little.
        list.reserveCapacity(min(count, 256))
        for _ in 0..<count { list.append(try element(&self)) }
        return list
    }

    /// present:u8, then the value if it is 1.
    package mutating func readOptional<Value>(
        _ value: (inout WireReader) throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        try readBool() ? try value(&self) : nil
    }

    /// Ends the reading of something that must be read exactly (rule 24).
    package func finish() throws(WireError) {
        guard remaining == 0 else { throw .trailingBytes }
    }
}
