package import Keyspace
import NIOCore

extension ValueList {
    /// Adds the answer "there is no such key".
    package mutating func appendAbsent() {
        bytes.writeBool(false)
        count += 1
    }

    /// Adds a value, copied.
    package mutating func append(version: Timestamp, value: borrowing RawSpan) {
        bytes.writeFound(version, byteCount: value.byteCount)
        bytes.writeBytes(value)
        count += 1
    }

    /// Adds a value, copied.
    package mutating func append(version: Timestamp, value: [UInt8]) {
        bytes.writeFound(version, byteCount: value.count)
        bytes.writeBytes(value)
        count += 1
    }

    /// Walks through the values; ranges are of `bytes.readableBytesSpan`.
    package func cursor() -> Cursor { Cursor(list: self) }

    /// count:u32 byteCount:u32 value*
    static func read(_ reader: inout WireReader) throws(WireError) -> ValueList {
        var list = ValueList()
        let count = try reader.readCount(elementBytesMin: 1)
        list.bytes = try reader.readSlice(count: Int(try reader.readUInt32()))
        list.count = UInt32(truncatingIfNeeded: count)
        var cursor = list.cursor()
        for _ in 0..<count where cursor.next() == nil { throw .badValue("values") }
        guard cursor.position == list.bytes.readableBytes else { throw .badValue("values") }
        return list
    }

    /// A place in a list.
    package struct Cursor: Sendable {
        fileprivate let list: ValueList
        fileprivate var position = 0
        private var left: UInt32

        fileprivate init(list: ValueList) {
            self.list = list
            left = list.count
        }

        /// The next answer; nil after the last.
        package mutating func next() -> Item? {
            guard let item = peek() else { return nil }
            switch item {
            case .absent: position += 1
            case .found(let view): position = view.value.upperBound
            }
            left -= 1
            return item
        }

        private func peek() -> Item? {
            let span = list.bytes.readableBytesSpan
            guard left > 0, span.byteCount > position else { return nil }
            switch span.loadUInt8(at: position) {
            case 0: return .absent
            case 1:
                guard span.byteCount - position >= 13 else { return nil }
                let version = Timestamp(span.loadUInt64(at: position + 1))
                let length = Int(span.loadUInt32(at: position + 9))
                let start = position + 13
                guard length <= span.byteCount - start else { return nil }
                return .found(ValueView(version: version, value: start..<(start + length)))
            default: return nil
            }
        }
    }
}

extension ByteBuffer {
    /// found:u8=1 version:u64 length:u32
    mutating func writeFound(_ version: Timestamp, byteCount: Int) {
        writeMultipleIntegers(
            UInt8(1), version.rawValue, UInt32(truncatingIfNeeded: byteCount), endianness: .little)
    }
}
