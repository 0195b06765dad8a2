package import Keyspace
import NIOCore

extension KeyList {
    /// A list of these keys, each within the limits.
    package init(_ keys: some Sequence<Key>) throws(OperationProblem) {
        self.init()
        for key in keys { try append(key) }
    }

    /// Adds `key`; throws, and adds nothing, when it is beyond the limits.
    package mutating func append(_ key: Key) throws(OperationProblem) {
        let limit = KeyLimits.batchOperationsMax
        guard Int(count) < limit else { throw .tooMany(limit: limit, actual: Int(count) + 1) }
        try OperationList.check(keyBytes: key.bytes.count)
        bytes.writeLittle(UInt16(truncatingIfNeeded: key.bytes.count))
        bytes.writeBytes(key.bytes)
        count += 1
    }

    /// Walks through the keys, as ranges of `bytes.readableBytesSpan`.
    package func cursor() -> Cursor { Cursor(list: self) }

    /// The keys, copied.
    package var keys: [Key] {
        var cursor = cursor()
        var keys: [Key] = []
        while let range = cursor.next() { keys.append(Key(copying: bytes.readableBytesSpan.extracting(range))) }
        return keys
    }

    /// keyCount:u32 byteCount:u32 key*
    mutating func read(_ reader: inout WireReader) throws(WireError) {
        let count = try reader.readCount(elementBytesMin: 2, limit: KeyLimits.batchOperationsMax)
        bytes = try reader.readSlice(count: Int(try reader.readUInt32()))
        self.count = UInt32(truncatingIfNeeded: count)
        var cursor = cursor()
        for _ in 0..<count where cursor.next() == nil { throw .truncated }
        guard cursor.position == bytes.readableBytes else { throw .badValue("keys") }
    }

    /// A place in a list.
    package struct Cursor: Sendable {
        fileprivate let list: KeyList
        fileprivate var position = 0
        private var left: UInt32

        fileprivate init(list: KeyList) {
            self.list = list
            left = list.count
        }

        /// Where the next key is; nil after the last.
        package mutating func next() -> Range<Int>? {
            guard let range = peek() else { return nil }
            position = range.upperBound
            left -= 1
            return range
        }

        private func peek() -> Range<Int>? {
            let span = list.bytes.readableBytesSpan
            guard left > 0, span.byteCount - position >= 2 else { return nil }
            let length = Int(span.loadUInt16(at: position))
            let start = position + 2
            guard length <= span.byteCount - start else { return nil }
            return start..<(start + length)
        }
    }
}
