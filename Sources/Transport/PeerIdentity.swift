package import Raft
package import Wire

/// What the other side of a connection said of itself in its hello or in its reply.
package struct PeerIdentity: Hashable, Sendable {
    /// The cluster it belongs to, if it does.
    package var cluster: ClusterID?
    /// Its id, if it is a node that has one.
    package var node: NodeID?
    /// Random per data directory.
    package var incarnation: UInt64 = 0
    /// Random per start of the process.
    package var boot: UInt64 = 0
    /// Where it can be reached; empty in a reply.
    package var address = ""
    /// Its cluster clock, in milliseconds since 1970; zero in a hello.
    package var clusterMilliseconds: UInt64 = 0

    init() {}

    init(_ hello: Hello) {
        cluster = hello.cluster
        node = hello.node
        incarnation = hello.incarnation
        boot = hello.boot
        address = hello.address
    }

    init(_ reply: HelloReply) {
        cluster = reply.cluster
        node = reply.node
        incarnation = reply.incarnation
        boot = reply.boot
        clusterMilliseconds = reply.clusterMilliseconds
    }
}
