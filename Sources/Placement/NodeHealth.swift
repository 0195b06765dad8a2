package import Raft

/// Whether a node can be counted on.
package enum NodeHealth: Hashable, Sendable {
    /// Heard a moment ago.
    case up
    /// Not heard since the placement leader leads, which is not long yet: neither good nor bad is assumed of it.
    case unknown
    /// Silent, but not long enough to copy its data elsewhere: restarts take a while.
    case down(since: Instant)
    /// Silent for so long that its replicas are replaced.
    case dead(since: Instant)

    /// Whether the node's replicas are to be replaced.
    package var isDead: Bool {
        if case .dead = self { true } else { false }
    }
}
