// The one place of this target that turns arrays into views of bytes and reads numbers out of such views.

extension Array where Element == UInt8 {
    /// Shows the array's bytes to `body` without a copy.
    package func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        // Safe because bytes have no padding.
        let bytes = unsafe span.bytes
        return try body(bytes)
    }

    /// A copy of the bytes of a view.
    package init(copying view: RawSpan) {
        // Safe because the pointer is used while the view is lent, to copy what it points to.
        self = unsafe view.withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// Appends an integer, least significant byte first.
    package mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        for shift in 0..<(T.bitWidth / 8) { append(UInt8(truncatingIfNeeded: value >> T(shift * 8))) }
    }

    /// Appends an integer, most significant byte first, so that the order of bytes is the order of numbers.
    package mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        for shift in (0..<(T.bitWidth / 8)).reversed() { append(UInt8(truncatingIfNeeded: value >> T(shift * 8))) }
    }
}

extension RawSpan {
    /// The byte at `offset`; nil outside the view.
    package func byte(at offset: Int) -> UInt8? {
        guard offset >= 0, offset < byteCount else { return nil }
        // Safe because any byte is a UInt8 and the bounds were checked.
        return unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The integer at `offset`, least significant byte first; nil when it does not lie in the view.
    package func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type = T.self) -> T? {
        let size = MemoryLayout<T>.size
        guard offset >= 0, byteCount >= size, offset <= byteCount - size else { return nil }
        // Safe because any bytes are an integer and the bounds were checked.
        return T(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The integer at `offset`, most significant byte first; nil when it does not lie in the view.
    package func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type = T.self) -> T? {
        littleEndian(at: offset, as: type)?.byteSwapped
    }
}

/// A short byte string of known length built without a heap allocation: keys of rows, headers of values.
package struct SmallBytes: Sendable {
    private var storage: InlineArray<32, UInt8> = InlineArray(repeating: 0)
    /// How many bytes were appended; at most 32.
    package private(set) var count = 0

    package init() {}

    /// Appends a byte. Beyond 32 bytes nothing is added; every layout built with it is shorter.
    package mutating func append(_ byte: UInt8) {
        assert(count < 32, "a layout outgrew SmallBytes")
        guard count < 32 else { return }
        storage[count] = byte
        count += 1
    }

    /// Appends an integer, most significant byte first.
    package mutating func append<T: FixedWidthInteger>(bigEndian value: T) {
        for shift in (0..<(T.bitWidth / 8)).reversed() { append(UInt8(truncatingIfNeeded: value >> T(shift * 8))) }
    }

    /// Appends an integer, least significant byte first.
    package mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
        for shift in 0..<(T.bitWidth / 8) { append(UInt8(truncatingIfNeeded: value >> T(shift * 8))) }
    }

    /// Shows the bytes to `body`.
    package func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        // Safe because bytes have no padding.
        let bytes = unsafe storage.span.bytes
        return try body(bytes.extracting(first: count))
    }

    /// A copy as an array.
    package var array: [UInt8] { withBytes { [UInt8](copying: $0) } }
}
