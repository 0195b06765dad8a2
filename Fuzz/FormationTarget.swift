import NIOCore
import Wire

extension FuzzTarget {
    /// What nodes say to each other before they have a cluster, and the record of its birth, which is on disk too.
    static let formation = FuzzTarget(name: "formation") { input in
        Check.recodeFrame(
            input, .client, decode: { try FormationRequest.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
        Check.recodeFrame(
            input, .client, decode: { try FormationReply.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
        var record = input
        Seal.record(&record)
        Check.recode(
            record, isExact: true, decode: { try BootstrapRecord.decode($0) }, encode: { $0.encode() }, equal: ==)
        var inFrame = ByteBuffer(bytes: [FrameKind.bootstrap])
        inFrame.writeInteger(UInt32(record.readableBytes), endianness: .little)
        inFrame.writeImmutableBuffer(record)
        Check.recodeFrame(
            inFrame, .client, decode: { try FormationRequest.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        try Samples.formationRequests.map { request in try Check.content(.client) { request.encode(into: &$0) } }
            + Samples.formationReplies.map { reply in try Check.content(.client) { reply.encode(into: &$0) } }
            + [Samples.record.encode()]
    }
}
