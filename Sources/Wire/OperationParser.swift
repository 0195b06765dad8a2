import Keyspace

/// Reads one operation; see `EntryLayout`.
enum OperationParser {
    /// Reads the operation at `position` and moves behind it. It must end at or before `end`, which must not lie beyond
    /// the span.
    static func parse(
        _ bytes: borrowing RawSpan, at position: inout Int, end: Int
    ) throws(WireError) -> OperationView {
        guard end - position >= EntryLayout.operationBytesMin else { throw .truncated }
        let rawKind = bytes.loadUInt8(at: position)
        guard let kind = OperationKind(rawValue: rawKind) else { throw .unknownKind(rawKind) }
        let flags = bytes.loadUInt8(at: position + 1)
        let expires = flags == EntryLayout.operationExpires
        guard flags == 0 || (expires && kind.carriesValue) else { throw .badValue("operation flags") }
        let keyLength = Int(bytes.loadUInt16(at: position + 2))
        guard keyLength > 0 else { throw .badValue("key") }
        let key = try take(keyLength, from: position + 4, end)
        let value = try takeLong(bytes, from: key.upperBound, end)
        guard kind.carriesValue || value.isEmpty else { throw .badValue("value of a delete") }
        var operation = OperationView(
            kind: kind, key: key, value: value, expect: value.upperBound..<value.upperBound, expectVersion: .zero,
            expiryMilliseconds: nil)
        var next = value.upperBound
        if expires {
            let expiry = try take(8, from: next, end)
            operation.expiryMilliseconds = bytes.loadUInt64(at: expiry.lowerBound)
            next = expiry.upperBound
        }
        if kind == .compareAndSetValue {
            operation.expect = try takeLong(bytes, from: next, end)
            next = operation.expect.upperBound
        } else if kind == .compareAndSetVersion {
            let version = try take(8, from: next, end)
            operation.expectVersion = Timestamp(bytes.loadUInt64(at: version.lowerBound))
            next = version.upperBound
        }
        position = next
        return operation
    }

    private static func take(_ count: Int, from start: Int, _ end: Int) throws(WireError) -> Range<Int> {
        guard count <= end - start else { throw .truncated }
        return start..<(start + count)
    }

    private static func takeLong(
        _ bytes: borrowing RawSpan, from start: Int, _ end: Int
    ) throws(WireError) -> Range<Int> {
        guard end - start >= 4 else { throw .truncated }
        return try take(Int(bytes.loadUInt32(at: start)), from: start + 4, end)
    }
}
