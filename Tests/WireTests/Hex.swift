import NIOCore

/// Lower-case digits, two a byte.
func hex(_ buffer: ByteBuffer) -> String {
    buffer.readableBytesView.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// The bytes of hexadecimal digits; blanks and line ends between them are for the reader.
func bytes(_ digits: String) -> ByteBuffer {
    let nibbles = digits.compactMap { $0.hexDigitValue }
    var buffer = ByteBuffer()
    for index in stride(from: 0, to: nibbles.count - 1, by: 2) {
        buffer.writeInteger(UInt8(truncatingIfNeeded: nibbles[index] << 4 | nibbles[index + 1]))
    }
    return buffer
}
