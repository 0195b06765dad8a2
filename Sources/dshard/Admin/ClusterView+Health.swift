import Keyspace
import Raft
import Wire

extension ClusterView {
    /// Whether nothing is wrong.
    var isHealthy: Bool { problems.isEmpty }

    /// What is wrong, worst first, one line each.
    var problems: [String] {
        shards.compactMap(ClusterView.unavailable) + nodes.flatMap(ClusterView.trouble)
            + shards.flatMap(ClusterView.degraded)
    }

    /// What is going on, one line each.
    var running: [String] {
        shards.flatMap { shard in
            var lines: [String] = []
            if shard.isJoint { lines.append("shard \(shard.id): changes its members") }
            for replica in shard.replicas where replica.role == .learner {
                lines.append("shard \(shard.id): node \(replica.node) catches up")
            }
            return lines
        }
    }

    private static func unavailable(_ shard: ShardView) -> String? {
        let (all, alive) = shard.voters
        let name = "shard \(shard.id) \(shard.rangeText)"
        if alive < all / 2 + 1 {
            return "\(name): no quorum, \(alive) of \(all) voters answer; start their nodes"
        }
        return shard.leader == nil ? "\(name): no leader yet" : nil
    }

    private static func trouble(_ node: NodeView) -> [String] {
        switch node.state {
        case .up, .draining, .decommissioning, .decommissioned: []
        case .down: ["node \(node.id) \(node.address): does not answer; start it"]
        case .starting where node.reasons.isEmpty: ["node \(node.id) \(node.address): not ready"]
        case .starting: node.reasons.map { "node \(node.id) \(node.address): not ready, \($0)" }
        }
    }

    private static func degraded(_ shard: ShardView) -> [String] {
        var lines: [String] = []
        let (all, alive) = shard.voters
        if alive < all, alive >= all / 2 + 1 {
            lines.append("shard \(shard.id) \(shard.rangeText): \(alive) of \(all) voters answer")
        }
        for replica in shard.replicas {
            switch replica.status?.role {
            case .suspect: lines.append("shard \(shard.id): the replica on node \(replica.node) may have lost data")
            case .stopped: lines.append("shard \(shard.id): the replica on node \(replica.node) has stopped")
            default: break
            }
        }
        return lines
    }
}
