import NIOCore
import Wire

extension FuzzTarget {
    /// The stream of a connection, cut into frames: where the chunks of the stream end never shows.
    static let frames = FuzzTarget(name: "frame-parser") { input in
        var program = Program(input)
        let flavor: FrameFlavor = program.flag() ? .peer : .client
        let limit = program.flag() ? flavor.lengthMax : Int(program.short())
        var cuts = Program(program.slice(limit: 64))
        var stream = program.rest()
        if flavor == .peer { Seal.peerFrames(&stream) }

        let parser = FrameParser(flavor: flavor, limit: limit)
        let whole = frames(of: [stream], parser)
        var chunks: [ByteBuffer] = []
        while !cuts.isAtEnd, let chunk = stream.readSlice(length: min(Int(cuts.byte()), stream.readableBytes)) {
            chunks.append(chunk)
        }
        chunks.append(stream)
        let inPieces = frames(of: chunks, parser)
        Check.that(whole.frames == inPieces.frames, "chunks change the frames")
        Check.that(whole.error == inPieces.error, "chunks change the error")
        for frame in whole.frames {
            Check.that(frame.body.readableBytes < limit, "a frame beyond the limit")
            let again = try? Check.content(flavor) { stream in
                FrameWriter.write(kind: frame.kind, into: &stream, flavor: flavor) { body in
                    body.writeImmutableBuffer(frame.body)
                }
            }
            var expected = ByteBuffer(bytes: [frame.kind])
            expected.writeImmutableBuffer(frame.body)
            Check.that(again == expected, "a frame changes when it is written again")
        }
    } seeds: {
        var stream = ByteBuffer()
        for body in [[], [1], [2, 3, 4]] as [[UInt8]] {
            FrameWriter.write(kind: 7, into: &stream, flavor: .client) { $0.writeBytes(body) }
        }
        var peer = ByteBuffer()
        for body in [[], [1], [2, 3, 4]] as [[UInt8]] {
            FrameWriter.write(kind: 1, into: &peer, flavor: .peer) { $0.writeBytes(body) }
        }
        return [(UInt8(0), stream), (1, peer)].map { flavor, stream in
            var program = ProgramWriter()
            program.bytes(flavor, 1)
            program.slice(ByteBuffer(bytes: [3, 1, 9]))
            program.rest(stream)
            return program.bytes
        }
    }

    private static func frames(of chunks: [ByteBuffer], _ parser: FrameParser) -> (frames: [Frame], error: WireError?) {
        var stream = ByteBuffer()
        var frames: [Frame] = []
        for chunk in chunks {
            stream.writeImmutableBuffer(chunk)
            do throws(WireError) {
                while let frame = try parser.nextFrame(from: &stream) { frames.append(frame) }
            } catch {
                return (frames, error)
            }
        }
        return (frames, nil)
    }
}
