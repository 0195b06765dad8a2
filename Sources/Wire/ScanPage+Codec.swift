package import Keyspace
import NIOCore

extension ScanPage {
    /// Adds a row, copied. The key is an internal one that was stored, so it is within the limits.
    package mutating func append(key: borrowing RawSpan, value: borrowing RawSpan, version: Timestamp) {
        rows.writeLittle(UInt16(truncatingIfNeeded: key.byteCount))
        rows.writeBytes(key)
        rows.writeLittle(UInt32(truncatingIfNeeded: value.byteCount))
        rows.writeBytes(value)
        rows.writeLittle(version.rawValue)
        rowCount += 1
    }

    /// The size of the rows so far, in bytes.
    package var byteCount: Int { rows.readableBytes }

    /// Walks through the rows; ranges are of `rows.readableBytesSpan`.
    package func cursor() -> Cursor { Cursor(page: self) }

    /// rowCount:u32 byteCount:u32 row* hasResume:u8 [resume:key]
    func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            rowCount, UInt32(truncatingIfNeeded: rows.readableBytes), endianness: .little)
        buffer.writeImmutableBuffer(rows)
        buffer.writeOptional(resume) { $0.writeKey($1) }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> ScanPage {
        var page = ScanPage()
        let count = try reader.readCount(elementBytesMin: 14)
        page.rows = try reader.readSlice(count: Int(try reader.readUInt32()))
        page.rowCount = UInt32(truncatingIfNeeded: count)
        var cursor = page.cursor()
        for _ in 0..<count where cursor.next() == nil { throw .badValue("rows") }
        guard cursor.position == page.rows.readableBytes else { throw .badValue("rows") }
        page.resume = try reader.readOptional { (reader) throws(WireError) in try reader.readKey() }
        return page
    }

    /// A place in a page.
    package struct Cursor: Sendable {
        fileprivate let page: ScanPage
        fileprivate var position = 0
        private var left: UInt32

        fileprivate init(page: ScanPage) {
            self.page = page
            left = page.rowCount
        }

        /// The next row; nil after the last.
        package mutating func next() -> RowView? {
            guard let row = peek() else { return nil }
            position = row.value.upperBound + 8
            left -= 1
            return row
        }

        private func peek() -> RowView? {
            let span = page.rows.readableBytesSpan
            guard left > 0, span.byteCount - position >= 2 else { return nil }
            let keyStart = position + 2
            let keyEnd = keyStart + Int(span.loadUInt16(at: position))
            guard span.byteCount - keyEnd >= 4 else { return nil }
            let valueStart = keyEnd + 4
            let valueEnd = valueStart + Int(span.loadUInt32(at: keyEnd))
            guard span.byteCount - valueEnd >= 8 else { return nil }
            return RowView(
                key: keyStart..<keyEnd, value: valueStart..<valueEnd,
                version: Timestamp(span.loadUInt64(at: valueEnd)))
        }
    }
}
