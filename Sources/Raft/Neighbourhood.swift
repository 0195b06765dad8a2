/// What one node knows of another as a whole. Aliveness is a fact between nodes, not between replicas: one
/// control frame speaks for every group, so a quiet group needs no timer and no message (rule 7).
package struct PeerLiveness: Sendable, Equatable {
    /// When the newest control frame that vouched for its sender was received; own clock.
    package var heardAt: Instant
    /// When the newest own control frame that the peer has answered was *sent*; own clock.
    package var answeredSentAt: Instant
    /// When the peer last closed a control connection; own clock. A hint, never proof (rule 3).
    package var closedAt: Instant

    package init(
        heardAt: Instant = .distantPast, answeredSentAt: Instant = .distantPast, closedAt: Instant = .distantPast
    ) {
        self.heardAt = heardAt
        self.answeredSentAt = answeredSentAt
        self.closedAt = closedAt
    }

    /// Whether nothing was heard after the connection closed, the last thing having been heard at `heardAt`. A close
    /// seen in the same turn counts as later: the frame was read before the end of the stream.
    package func isClosed(since heardAt: Instant) -> Bool {
        closedAt != .distantPast && closedAt >= heardAt
    }
}

/// Everything a group may know about the nodes around it; the host keeps one for all its groups.
package struct Neighbourhood: Sendable {
    /// What is known of each node by its id; a node that is missing was never heard. Looked up only, never walked.
    package var byNode: [NodeID: PeerLiveness]
    /// Nothing sent before this counts for a lease: set when this node's clock or scheduling was in doubt (rule 6).
    package var leaseFloor: Instant

    package init(byNode: [NodeID: PeerLiveness] = [:], leaseFloor: Instant = .distantPast) {
        self.byNode = byNode
        self.leaseFloor = leaseFloor
    }

    /// What is known of `node`; of an unknown one, that it was never heard.
    package subscript(node: NodeID) -> PeerLiveness {
        byNode[node] ?? PeerLiveness()
    }
}
