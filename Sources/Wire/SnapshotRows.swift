import Keyspace
package import NIOCore

/// The rows of one chunk.
/// ```
/// rows := row*         row := keyLength:u16 key valueLength:u32 value
/// ```
/// The key is the internal key, the value as stored, header included. Keys ascend strictly.
package struct SnapshotRows: Sendable {
    /// The chunk's bytes; rows are ranges of its readable span.
    package let bytes: ByteBuffer
    private var position = 0
    /// The key of the row that `next` returned last.
    package private(set) var last: Range<Int>?

    /// Where one row lies in `bytes.readableBytesSpan`.
    package struct Row: Sendable, Equatable {
        /// The internal key.
        package var key: Range<Int>
        /// The value as stored, header included.
        package var value: Range<Int>

        package init(key: Range<Int>, value: Range<Int>) {
            self.key = key
            self.value = value
        }
    }

    /// The longest value as stored: its header on top of the user's bytes.
    private static let storedValueBytesMax = KeyLimits.valueBytesMax + 64

    /// Walks through the rows of a chunk.
    package init(_ bytes: ByteBuffer) { self.bytes = bytes }

    /// Appends a row to a chunk in the making.
    package static func append(key: RawSpan, value: RawSpan, to bytes: inout ByteBuffer) {
        bytes.writeLittle(UInt16(truncatingIfNeeded: key.byteCount))
        bytes.writeBytes(key)
        bytes.writeLittle(UInt32(truncatingIfNeeded: value.byteCount))
        bytes.writeBytes(value)
    }

    /// The next row; nil at the end. Throws for lengths beyond the limits, for bytes that end in a row, and for a key
    /// that is not above the one before it.
    package mutating func next() throws(WireError) -> Row? {
        let bytes = bytes
        let span = bytes.readableBytesSpan
        guard position < span.byteCount else { return nil }
        guard span.byteCount - position >= 2 else { throw .truncated }
        let keyLength = Int(span.loadUInt16(at: position))
        guard keyLength <= KeyLimits.internalKeyBytesMax else {
            throw .tooLarge(limit: KeyLimits.internalKeyBytesMax, actual: keyLength)
        }
        let keyStart = position + 2
        guard span.byteCount - keyStart >= keyLength + 4 else { throw .truncated }
        let key = keyStart..<(keyStart + keyLength)
        let valueLength = Int(span.loadUInt32(at: key.upperBound))
        guard valueLength <= Self.storedValueBytesMax else {
            throw .tooLarge(limit: Self.storedValueBytesMax, actual: valueLength)
        }
        let valueStart = key.upperBound + 4
        guard span.byteCount - valueStart >= valueLength else { throw .truncated }
        if let last, ByteOrder.compare(span.extracting(last), span.extracting(key)) >= 0 {
            throw .badValue("order of a snapshot's rows")
        }
        last = key
        position = valueStart + valueLength
        return Row(key: key, value: valueStart..<position)
    }
}
