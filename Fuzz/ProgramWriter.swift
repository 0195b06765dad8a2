import NIOCore

/// Writes what `Program` reads, for seeds.
struct ProgramWriter {
    private(set) var bytes = ByteBuffer()

    mutating func byte(_ value: UInt8) { bytes.writeInteger(value) }

    mutating func bytes(_ values: UInt8...) { bytes.writeBytes(values) }

    mutating func slice(_ slice: ByteBuffer) {
        bytes.writeInteger(UInt16(clamping: slice.readableBytes), endianness: .little)
        bytes.writeImmutableBuffer(slice)
    }

    mutating func rest(_ rest: ByteBuffer) { bytes.writeImmutableBuffer(rest) }
}
