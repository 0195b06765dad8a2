package import Raft

/// What a connection is for; the first frame says it.
package enum ConnectionRole: UInt8, Sendable, Equatable, CaseIterable {
    /// Requests of a client.
    case client = 1
    /// Control frames, votes and small appends of a peer.
    case control = 2
    /// Snapshots and large appends of a peer.
    case bulk = 3
    /// Nodes that are about to form or join a cluster.
    case formation = 4
}

/// The first frame on every connection. Magic and version keep their place in every future version.
package struct Hello: Sendable, Equatable {
    /// The version that this code speaks.
    package static let currentVersion: UInt16 = 2

    /// What the sender wants the connection for; it stays so until the connection closes.
    package var role: ConnectionRole
    /// The version that the sender speaks; another than `currentVersion` is refused.
    package var protocolVersion: UInt16
    /// The cluster that the sender belongs to or wants to reach; nil when it does not know yet.
    package var cluster: ClusterID?
    /// The sender, if it is a node with an id.
    package var node: NodeID?
    /// Random per data directory; another incarnation under a known id is refused (rule 17). Zero for clients.
    package var incarnation: UInt64
    /// Random per start of the process. Zero for clients.
    package var boot: UInt64
    /// Where the sender can be reached, `host:port`; empty for clients.
    package var address: String
    /// Proves who the sender is; empty without authentication.
    package var credentials: [UInt8]

    package init(
        role: ConnectionRole, protocolVersion: UInt16 = Hello.currentVersion, cluster: ClusterID? = nil,
        node: NodeID? = nil, incarnation: UInt64 = 0, boot: UInt64 = 0, address: String = "", credentials: [UInt8] = []
    ) {
        self.role = role
        self.protocolVersion = protocolVersion
        self.cluster = cluster
        self.node = node
        self.incarnation = incarnation
        self.boot = boot
        self.address = address
        self.credentials = credentials
    }
}
