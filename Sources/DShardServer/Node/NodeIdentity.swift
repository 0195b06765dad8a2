import Raft
import Wire

/// Who this node is, from its data directory and this process.
struct NodeIdentity: Sendable, Equatable {
    var cluster: ClusterID
    var node: NodeID
    /// Drawn when the data directory was made: a wiped node is another one (rule 17).
    var incarnation: UInt64
    /// Drawn when the process started: what the former process promised is void (rule 7).
    var boot: UInt64
    var address: String
}
