internal import Keyspace
internal import Placement
package import Raft

/// How even a cluster is: per node, in the order of ids, of nodes that serve.
package struct Evenness: Sendable {
    /// Replicas of each node.
    package var replicas: [NodeID: Int] = [:]
    /// Leaderships of each node.
    package var leaders: [NodeID: Int] = [:]

    /// Counts the cluster as it really is.
    package init(_ cluster: ModelCluster) {
        for node in cluster.nodeIDs where !cluster.down.contains(node) && cluster.nodes[node]?.duty == .serving {
            replicas[node] = 0
            leaders[node] = 0
        }
        for shard in cluster.shardIDs {
            guard let known = cluster.shards[shard] else { continue }
            for member in known.descriptor.configuration.members { replicas[member.node]? += 1 }
            if let leader = known.leader.flatMap(known.descriptor.configuration.member) { leaders[leader.node]? += 1 }
        }
    }

    /// The most minus the least.
    package static func spread(_ counts: [NodeID: Int]) -> Int {
        (counts.values.max() ?? 0) - (counts.values.min() ?? 0)
    }
}
