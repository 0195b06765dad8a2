import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// The first frame of a connection and its answer.
    static let hello = FuzzTarget(name: "hello") { input in
        Check.recodeFrame(
            input, .client, decode: { try Hello.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
        Check.recodeFrame(
            input, .client, decode: { try HelloReply.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        let hellos = [
            Hello(role: .client),
            Hello(
                role: .control, cluster: Samples.cluster, node: NodeID(2), incarnation: 3, boot: 4, address: "h:1",
                credentials: [1, 2]),
        ]
        let replies = [
            HelloReply(outcome: .welcome, cluster: Samples.cluster, node: NodeID(2), incarnation: 3, boot: 4),
            HelloReply(outcome: .refused(.wrongCluster, message: "no"), protocolVersion: 9),
        ]
        return try hellos.map { hello in try Check.content(.client) { hello.encode(into: &$0) } }
            + replies.map { reply in try Check.content(.client) { reply.encode(into: &$0) } }
    }
}
