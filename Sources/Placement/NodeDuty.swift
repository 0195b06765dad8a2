/// What an operator wants of a node.
package enum NodeDuty: Hashable, Sendable {
    /// Replicas and leaderships.
    case serving
    /// No leaderships: it is going to be stopped for a while. Its replicas stay, new ones do not come.
    case draining
    /// Neither: it is leaving for good.
    case decommissioning
}
