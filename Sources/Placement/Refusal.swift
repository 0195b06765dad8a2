package import Keyspace
package import Raft

/// Why a request of an administrator is not carried out. Nothing has changed then.
package enum Refusal: Error, Hashable, Sendable {
    case unknownNode(NodeID)
    case unknownShard(ShardID)
    /// No shard is known that has the key.
    case unknownKey(Key)
    /// A shard begins there already.
    case borderThere(Key)
    /// The system shard stays one (rule 36).
    case systemShard
    /// Nothing was heard of the shard since this placement leader leads; it soon is.
    case notHeard(ShardID)
    /// The row of its operator cannot be read.
    case recordUnreadable(ShardID)
    /// The key is longer than a shard's first one may be.
    case borderTooLong
    /// A merge needs every replica near, and one lags a little (rule 33).
    case notNear(ShardID)
    /// An operator of at least the same priority has it.
    case operatorThere(Operator)
    /// Its members are being changed.
    case inJoint(ShardID)
    /// No shard of users follows.
    case lastShard(ShardID)
    /// A merge needs every replica of both alive (rule 33).
    case notAllNear(ShardID)
    /// A merge needs equal nodes, and neither can be brought to those of the other.
    case cannotAlign(ShardID, ShardID)
    case notOn(ShardID, NodeID)
    case alreadyOn(ShardID, NodeID)
    case alreadyLeads(ShardID, NodeID)
    case unfit(NodeID, Unfitness)
    /// The node's replica lags, is suspect or only listens, or the node is not to lead.
    case cannotLead(ShardID, NodeID)
    /// Nobody can lead the shard when its leader moves.
    case noOtherLeader(ShardID)
    /// The move would bring voters together that stand apart.
    case crowds(ShardID, NodeID)
    /// Too few voters live to decide anything.
    case quorumLost(ShardID)
    /// Fewer nodes are up, or would remain, than a shard is to have replicas.
    case belowReplication(nodes: Int, wanted: Int)
    /// Only odd numbers of replicas make sense, and few of them.
    case noSuchFactor(Int)
    /// The node is already leaving for good.
    case alreadyDecommissioned(NodeID)
}

extension Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownNode(let node): "there is no node \(node)"
        case .unknownShard(let shard): "there is no shard \(shard)"
        case .unknownKey(let key): "no shard has \(key)"
        case .borderThere(let key): "a shard already begins at \(key)"
        case .borderTooLong: "a shard may begin at a key of at most \(KeyLimits.borderBytesMax) bytes"
        case .recordUnreadable(let shard):
            "shard \(shard) is left alone, because the row of its operator cannot be read; see admin operators"
        case .notNear(let shard): "shard \(shard) has a replica that is behind; try again"
        case .systemShard: "the system shard is never split or merged"
        case .notHeard(let shard): "shard \(shard) has not reported yet; try again in a few seconds"
        case .operatorThere(let planned): "busy: \(planned)"
        case .inJoint(let shard): "the members of shard \(shard) are being changed; try again"
        case .lastShard(let shard): "shard \(shard) is the last one; name the left one of two"
        case .notAllNear(let shard): "shard \(shard) has a replica that is down, suspect or does not vote"
        case .cannotAlign(let left, let right):
            "shards \(left) and \(right) are on different nodes, and the smaller one cannot go to the other's now: "
                + "they are full, busy with other copies, or leaving; try again, or move it there yourself"
        case .notOn(let shard, let node): "shard \(shard) has no voter on node \(node)"
        case .alreadyOn(let shard, let node): "shard \(shard) already has a replica on node \(node)"
        case .alreadyLeads(let shard, let node): "node \(node) already leads shard \(shard)"
        case .unfit(let node, let unfitness): "node \(node) is \(unfitness)"
        case .cannotLead(let shard, let node):
            "node \(node) cannot lead shard \(shard) now: it is leaving or slow, or its replica lags or does not vote"
        case .noOtherLeader(let shard): "no other voter of shard \(shard) can lead it meanwhile"
        case .crowds(let shard, let node): "on node \(node) more voters of shard \(shard) would fail together"
        case .quorumLost(let shard): "shard \(shard) has lost its quorum: start the nodes of its voters again"
        case .belowReplication(let nodes, let wanted):
            "\(nodes) nodes are too few for \(wanted) replicas of each shard"
        case .noSuchFactor(let number): "\(number) replicas of each shard: choose 1, 3, 5 or 7"
        case .alreadyDecommissioned(let node): "node \(node) is being decommissioned"
        }
    }
}
