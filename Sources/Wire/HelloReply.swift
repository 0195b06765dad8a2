package import Raft

/// Why a connection is not welcome.
package enum RefusalCode: UInt8, Sendable, Equatable, CaseIterable {
    /// A reason of a newer version; the message says more.
    case other = 0
    /// The two belong to different clusters.
    case wrongCluster = 1
    /// The node id is known under another incarnation: the data directory was replaced (rule 17).
    case wrongIncarnation = 2
    /// No common protocol version.
    case version = 3
    /// The credentials do not allow this role.
    case unauthorized = 4
    /// This node belongs to no cluster yet; try again.
    case notFormed = 5
    /// Too many connections; try again later or elsewhere.
    case busy = 6
    /// The node was removed from the cluster.
    case removed = 7
    /// Someone else answers at this address than was meant.
    case wrongNode = 8
}

/// The answer to a `Hello`; after a refusal the connection is closed.
package struct HelloReply: Sendable, Equatable {
    package var outcome: Outcome
    /// The version that the answering node speaks.
    package var protocolVersion: UInt16
    package var cluster: ClusterID?
    package var node: NodeID?
    /// The answering node's data directory, as `Hello.incarnation`; zero when it is not told.
    package var incarnation: UInt64
    /// The answering node's process, as `Hello.boot`.
    package var boot: UInt64
    /// The answering node's cluster clock, in milliseconds since 1970 (rule 20).
    package var clusterMilliseconds: UInt64

    package init(
        outcome: Outcome, protocolVersion: UInt16 = Hello.currentVersion, cluster: ClusterID? = nil,
        node: NodeID? = nil, incarnation: UInt64 = 0, boot: UInt64 = 0, clusterMilliseconds: UInt64 = 0
    ) {
        self.outcome = outcome
        self.protocolVersion = protocolVersion
        self.cluster = cluster
        self.node = node
        self.incarnation = incarnation
        self.boot = boot
        self.clusterMilliseconds = clusterMilliseconds
    }

    /// Whether the connection may go on.
    package enum Outcome: Sendable, Equatable {
        case welcome
        /// The message says what to do, in one line.
        case refused(RefusalCode, message: String)
    }
}
