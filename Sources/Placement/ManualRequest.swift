package import Keyspace
package import Raft

/// What an administrator may ask of placement about a single shard.
package enum ManualRequest: Hashable, Sendable {
    /// The shard that has the key is to end before it.
    case split(at: Key)
    /// The shard is to absorb its right neighbour.
    case merge(ShardID)
    case move(ShardID, from: NodeID, to: NodeID)
    case transfer(ShardID, to: NodeID)
}

extension ManualRequest: CustomStringConvertible {
    package var description: String {
        switch self {
        case .split(let key): "split at \(key)"
        case .merge(let shard): "merge shard \(shard) with its right neighbour"
        case .move(let shard, let from, let to): "move shard \(shard) from node \(from) to node \(to)"
        case .transfer(let shard, let to): "transfer shard \(shard) to node \(to)"
        }
    }
}
