package import Keyspace
package import Raft

/// A shard and who is thought to lead it.
package struct Route: Sendable, Equatable {
    package var descriptor: Descriptor
    /// The node to ask first; a hint that may be out of date, nil when nobody is known to lead.
    package var leader: NodeID?

    package init(descriptor: Descriptor, leader: NodeID?) {
        self.descriptor = descriptor
        self.leader = leader
    }
}

/// What a client needs to find its way.
package struct RouteTable: Sendable, Equatable {
    /// In key order.
    package var routes: [Route]
    /// Where the nodes of `routes` are reached, and other nodes that the answering node knows.
    package var nodes: [NodeAddress]
    /// The answering node's cluster clock, in milliseconds since 1970 (rule 20).
    package var clusterMilliseconds: UInt64

    package init(routes: [Route], nodes: [NodeAddress], clusterMilliseconds: UInt64) {
        self.routes = routes
        self.nodes = nodes
        self.clusterMilliseconds = clusterMilliseconds
    }

    /// The shards without their leaders.
    package var descriptors: [Descriptor] { routes.map(\.descriptor) }
}
