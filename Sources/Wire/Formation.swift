package import Keyspace
package import Raft

/// What a node without a formed cluster says of itself (rule 17).
package struct FormationAnnouncement: Sendable, Equatable {
    /// Where the node can be reached, `host:port`, spelled as in the lists.
    package var address: String
    /// Random per data directory; the record names it, so an exchanged directory shows (rule 17).
    package var incarnation: UInt64
    /// Random per start of the process.
    package var boot: UInt64
    /// The addresses it was told to form a cluster with, in order.
    package var list: [String]
    /// The borders of the first user shards it was told.
    package var borders: [Key]
    /// Whether it may still be formed into a cluster.
    package var state: FormationState

    package init(
        address: String, incarnation: UInt64, boot: UInt64, list: [String], borders: [Key], state: FormationState
    ) {
        self.address = address
        self.incarnation = incarnation
        self.boot = boot
        self.list = list
        self.borders = borders
        self.state = state
    }
}

/// Whether a node already belongs to a cluster.
package enum FormationState: Sendable, Equatable {
    case empty
    case member(ClusterID)
}

/// What is asked on a connection of the role `formation`.
package enum FormationRequest: Sendable, Equatable {
    /// "Here I am; who are you?"
    case announce(FormationAnnouncement)
    /// The smallest id gives the record to the others.
    case bootstrap(BootstrapRecord)
    /// A new node asks a running cluster for an id. Repeating it with the same incarnation gives the same id; so a
    /// member asks too, after each start, to have its labels recorded.
    case join(address: String, incarnation: UInt64, labels: [String: String] = [:])
}

/// The answer to a `FormationRequest`.
package enum FormationReply: Sendable, Equatable {
    case announced(FormationAnnouncement)
    /// The record is durable and its replicas exist.
    case accepted
    /// One line that says what to do.
    case refused(String)
    case joined(node: NodeID, cluster: ClusterID, nodes: [NodeAddress], systemDescriptor: Descriptor)
}
