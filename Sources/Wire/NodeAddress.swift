package import Raft

/// Where a node is reached.
package struct NodeAddress: Hashable, Sendable {
    package var node: NodeID
    /// `host:port`.
    package var address: String
    /// Random per data directory (rule 17).
    package var incarnation: UInt64

    package init(node: NodeID, address: String, incarnation: UInt64) {
        self.node = node
        self.address = address
        self.incarnation = incarnation
    }
}
