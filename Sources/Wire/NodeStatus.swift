package import Keyspace
package import Raft

/// How one node sees itself and its neighbours.
package struct NodeStatus: Sendable, Equatable {
    package var node: NodeID
    /// Where clients and peers reach the node, `host:port`.
    package var address: String
    /// Whether the node should get requests; what `/ready` answers.
    package var isReady: Bool
    /// Why it is not ready, one line each.
    package var reasons: [String]
    /// The replicas of this node, in key order.
    package var shards: [ShardStatus]
    /// All nodes it knows, itself included.
    package var nodes: [NodeState]
    /// What placement knows of the node's machine, such as `zone` → `a`.
    package var labels: [String: String]

    package init(
        node: NodeID, address: String, isReady: Bool, reasons: [String], shards: [ShardStatus], nodes: [NodeState],
        labels: [String: String] = [:]
    ) {
        self.node = node
        self.address = address
        self.isReady = isReady
        self.reasons = reasons
        self.shards = shards
        self.nodes = nodes
        self.labels = labels
    }
}

/// One replica as its node sees it.
package struct ShardStatus: Sendable, Equatable {
    package var descriptor: Descriptor
    package var role: Role
    /// The node whose replica leads, as far as this replica knows; nil while it knows of none.
    package var leader: NodeID?
    package var term: Term
    /// The last index that this replica knows to be committed.
    package var commit: LogIndex
    /// The last index whose effect is in this replica's state; at most `commit`.
    package var applied: LogIndex
    /// An estimate, in bytes on disk.
    package var sizeBytes: UInt64
    /// An estimate of the number of keys.
    package var keys: UInt64

    package init(
        descriptor: Descriptor, role: Role, leader: NodeID?, term: Term, commit: LogIndex, applied: LogIndex,
        sizeBytes: UInt64, keys: UInt64
    ) {
        self.descriptor = descriptor
        self.role = role
        self.leader = leader
        self.term = term
        self.commit = commit
        self.applied = applied
        self.sizeBytes = sizeBytes
        self.keys = keys
    }

    /// What the replica is to its shard.
    package enum Role: UInt8, Sendable, Equatable, CaseIterable {
        case leader = 1
        case follower = 2
        case candidate = 3
        case learner = 4
        /// Holds what it may have partly forgotten, and takes no part (rule 15).
        case suspect = 5
        /// Met an entry that it does not understand, and applies no more (rule 24).
        case stopped = 6
    }
}

/// One neighbour.
package struct NodeState: Sendable, Equatable {
    /// Which node, and where it is reached.
    package var address: NodeAddress
    /// Whether the control connection to it is up.
    package var isConnected: Bool
    /// The age of the last control frame; the greatest number when there was none.
    package var heardMillisecondsAgo: UInt64

    package init(address: NodeAddress, isConnected: Bool, heardMillisecondsAgo: UInt64) {
        self.address = address
        self.isConnected = isConnected
        self.heardMillisecondsAgo = heardMillisecondsAgo
    }
}
