package import Wire

/// What a node said of itself, or why it said nothing.
package struct NodeReport: Sendable {
    /// Which node.
    package let node: NodeAddress
    /// Its answer.
    package let status: Result<NodeStatus, ClientError>

    init(node: NodeAddress, status: Result<NodeStatus, ClientError>) {
        self.node = node
        self.status = status
    }
}
