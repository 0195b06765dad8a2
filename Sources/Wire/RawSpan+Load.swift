/// Little-endian loads. Safe because any bytes are an integer; whoever calls has checked that they are there, and a
/// load beyond the end would trap rather than read it.
extension RawSpan {
    /// The byte at `offset`.
    package func loadUInt8(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The two bytes at `offset`.
    package func loadUInt16(at offset: Int) -> UInt16 {
        unsafe UInt16(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// The four bytes at `offset`.
    package func loadUInt32(at offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// The eight bytes at `offset`.
    package func loadUInt64(at offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
