import NIOCore
import Wire

/// The properties that every decoder with an encoder has.
enum Check {
    /// Ends the run with a finding.
    static func that(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { fatalError(message()) }
    }

    /// What can be read can be written, and is read from that as the same value, which is written as the same bytes.
    /// Values that cannot be compared are equal if their encodings are. With `isExact` the encoding is the only one:
    /// the bytes written are the bytes read.
    static func recode<Value>(
        _ bytes: ByteBuffer, isExact: Bool = false, decode: (ByteBuffer) throws -> Value,
        encode: (Value) throws -> ByteBuffer, equal: (Value, Value) -> Bool = { _, _ in true }
    ) {
        guard let value = try? decode(bytes) else { return }
        do {
            let written = try encode(value)
            that(!isExact || written == bytes, "read \(hex(bytes)), wrote \(hex(written))")
            let again = try decode(written)
            that(equal(value, again), "\(value) was read again as \(again)")
            that(try encode(again) == written, "the encoding of \(value) is not stable")
        } catch {
            fatalError("\(value) cannot be written and read again: \(error)")
        }
    }

    /// The same for a frame: the first byte of `bytes` is its kind, the others are its body.
    static func recodeFrame<Value>(
        _ bytes: ByteBuffer, _ flavor: FrameFlavor, decode: (Frame) throws -> Value,
        encode: (Value, inout ByteBuffer) -> Void, equal: (Value, Value) -> Bool = { _, _ in true }
    ) {
        recode(
            bytes,
            decode: { bytes in
                var body = bytes
                guard let kind = body.readInteger(as: UInt8.self) else { throw WireError.truncated }
                return try decode(Frame(kind: kind, body: body))
            },
            encode: { value in try content(flavor) { encode(value, &$0) } }, equal: equal)
    }

    /// Kind and body of the one frame that `write` appends.
    static func content(_ flavor: FrameFlavor, _ write: (inout ByteBuffer) -> Void) throws -> ByteBuffer {
        var stream = ByteBuffer()
        write(&stream)
        let parser = FrameParser(flavor: flavor, limit: flavor.lengthMax)
        guard let frame = try parser.nextFrame(from: &stream) else { throw WireError.truncated }
        guard stream.readableBytes == 0 else { throw WireError.trailingBytes }
        var content = ByteBuffer(bytes: [frame.kind])
        content.writeImmutableBuffer(frame.body)
        return content
    }

    static func hex(_ bytes: ByteBuffer) -> String { bytes.hexDump(format: .compact) }
}
