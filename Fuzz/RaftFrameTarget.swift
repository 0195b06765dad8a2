import NIOCore
import Wire

extension FuzzTarget {
    /// The Raft messages of many shards in one frame. The checksums of entries are put right first, if the first byte
    /// says so.
    static let raftFrame = FuzzTarget(name: "raft-frame") { input in
        var program = Program(input)
        let isSealed = program.flag()
        var body = program.rest()
        if isSealed { Seal.envelopes(&body) }
        Check.recode(
            body, decode: { try RaftFrame.decode(Frame(kind: FrameKind.raft, body: $0)) },
            encode: { envelopes in
                guard !envelopes.isEmpty else { return ByteBuffer(bytes: [0, 0, 0, 0]) }
                var content = try Check.content(.peer) { stream in
                    var builder = RaftFrameBuilder()
                    for envelope in envelopes { builder.append(envelope) }
                    stream = builder.finish()
                }
                content.moveReaderIndex(forwardBy: 1)
                return content
            })
    } seeds: {
        let envelopes = try Samples.envelopes()
        let groups = envelopes.map { [$0] } + [envelopes]
        return try groups.map { group in
            var content = try Check.content(.peer) { stream in
                var builder = RaftFrameBuilder()
                for envelope in group { builder.append(envelope) }
                stream = builder.finish()
            }
            content.setInteger(UInt8(1), at: content.readerIndex)
            return content
        }
    }
}
