package import Keyspace
package import Raft
package import Wire

/// A client's belief about which node serves which key, and what to think when a node says otherwise.
///
/// Descriptors obey rule 35: of two that overlap the greater version counts. Who leads is only a hint, so the newest
/// word wins. A node that failed is passed over for a while, so that a client does not knock at it once per request.
package struct Router: Sendable {
    /// Where the nodes are, in ascending order of their ids.
    package internal(set) var nodes: [NodeAddress] = []
    var map = RangeMap()
    /// The map's descriptors in key order, flat: a lookup per request must not copy descriptors about.
    var targets: [RouteTarget] = []
    /// Nodes to pass over, and until when.
    var failed: [NodeID: Instant] = [:]
    /// How long a node that failed is passed over, unless it is heard of before.
    let failurePause: Interval

    /// Knows nothing yet. A node that fails is passed over for `failurePause`.
    package init(failurePause: Interval = .milliseconds(500)) { self.failurePause = failurePause }

    /// All descriptors, in key order.
    package var descriptors: [Descriptor] { map.all }

    /// Where `node` is.
    package func address(of node: NodeID) -> NodeAddress? { nodes.first { $0.node == node } }

    /// Whether `node` failed a short time ago.
    package func hasFailed(_ node: NodeID, at now: Instant) -> Bool {
        guard !failed.isEmpty, let until = failed[node] else { return false }
        return now < until
    }
}
