import Raft

/// A node, as the admin commands show it.
struct NodeView: Sendable {
    var id: NodeID
    var address: String
    var state: State
    /// Why it does not serve, in its own words.
    var reasons: [String]
    /// Shards led there, the system shard included.
    var leaders: Int
    /// Replicas that belong there, the system shard's included.
    var replicas: Int
    /// What its operator says about it, in the order of the names.
    var labels: [(name: String, value: String)] = []

    /// What it does.
    enum State: String, Sendable {
        /// Serves.
        case up
        /// Answers, but is not ready; it says why.
        case starting
        /// Does not answer.
        case down
        /// Serves, and is not to lead: it is going to be stopped for a while.
        case draining
        /// Serves until its replicas are elsewhere.
        case decommissioning
        /// Has nothing any more, and can be stopped, or is.
        case decommissioned
    }
}
