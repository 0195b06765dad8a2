package import Raft
package import Wire

/// Where a request goes next.
package enum RouteDecision: Hashable, Sendable {
    /// To this node, with what this client believes about the shard.
    case send(to: NodeID, RouteStamp)
    /// The key's shard, or a node that might serve it, is unknown: ask any node for the routes, then decide again.
    case lookup
}
