import NIOCore
import Testing
import Wire

@Suite struct GoldenTests {
    /// Every kind of bytes has its golden sample, and every sample is what it was.
    @Test func everySampleIsWhatItWas() throws {
        let codecs = try Codec.all()
        #expect(codecs.map(\.description) == Golden.samples.map(\.name))
        for (codec, golden) in zip(codecs, Golden.samples) {
            #expect(hex(codec.sample) == hex(bytes(golden.digits)), "\(codec)")
        }
    }

    @Test func framesAreWhatTheyWere() {
        var buffer = ByteBuffer()
        FrameWriter.write(kind: 7, into: &buffer, flavor: .client) { $0.writeString("ab") }
        #expect(hex(buffer) == "03000000" + "07" + "6162")
        buffer.clear()
        FrameWriter.write(kind: 7, into: &buffer, flavor: .peer) { $0.writeString("ab") }
        #expect(hex(buffer) == "03000000" + "f7995707" + "07" + "6162")
    }

    /// The kinds of frames are not among the samples, which are their bodies.
    @Test func kindsAreWhatTheyWere() throws {
        let requests = try Samples.requests().map { request in
            var buffer = ByteBuffer()
            request.encode(into: &buffer)
            return try Codec.body(of: buffer, .client).kind
        }
        let placement = [UInt8](repeating: 0x17, count: 9)
        #expect(requests == [0x10, 0x11, 0x11, 0x12, 0x13, 0x13, 0x14, 0x15, 0x16] + placement + [0x18, 0x19])
        let responses = try Samples.responses().prefix(8).map { response in
            var buffer = ByteBuffer()
            response.encode(into: &buffer)
            return try Codec.body(of: buffer, .client).kind
        }
        #expect(responses == [0x20, 0x20, 0x21, 0x22, 0x22, 0x23, 0x24, 0x2F])
        let others = [
            FrameKind.hello, FrameKind.helloReply, FrameKind.announce, FrameKind.bootstrap, FrameKind.join,
            FrameKind.announced, FrameKind.accepted, FrameKind.refused, FrameKind.joined, FrameKind.raft,
            FrameKind.control, FrameKind.snapshot, FrameKind.notice, FrameKind.descriptor,
            FrameKind.descriptors, FrameKind.placementAnswer, FrameKind.placement,
            FrameKind.checked,
        ]
        #expect(
            others == [
                0x01, 0x02, 0x40, 0x41, 0x42, 0x48, 0x49, 0x4A, 0x4B, 0x01, 0x02, 0x03, 0x04, 0x25, 0x26, 0x27, 0x05,
                0x29,
            ])
    }
}
