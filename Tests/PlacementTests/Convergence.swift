import Keyspace
import Placement
import PlacementModel
import Raft

/// What is wrong with a cluster that placement has left alone.
struct Convergence {
    private(set) var complaints: [String] = []
    private let cluster: ModelCluster
    private let serving: [NodeID]

    init(_ cluster: ModelCluster) {
        self.cluster = cluster
        serving = cluster.nodeIDs.filter { !cluster.down.contains($0) && cluster.nodes[$0]?.duty == .serving }
        for shard in cluster.shardIDs { check(shard) }
        checkTiling()
        checkEvenness()
    }

    private mutating func check(_ id: ShardID) {
        guard let shard = cluster.shards[id] else { return }
        let configuration = shard.descriptor.configuration
        let isSystem = shard.descriptor.range == .system
        let staying = cluster.nodes.values.count { $0.duty != .decommissioning }
        let rules = cluster.scheduler.rules
        let wanted = isSystem ? rules.systemReplication(nodes: staying).rawValue : rules.replication.rawValue
        complain(id, "is joint", if: configuration.isJoint)
        complain(id, "has learners", if: !configuration.learners.isEmpty)
        complain(id, "has \(configuration.voters.count) voters", if: configuration.voters.count != wanted)
        complain(id, "has two on a node", if: Set(configuration.voters.map(\.node)).count != configuration.voters.count)
        complain(id, "has suspects", if: configuration.voters.contains { shard.suspects.contains($0.replica) })
        complain(
            id, "is on a node that leaves",
            if: configuration.voters.contains { cluster.nodes[$0.node]?.duty == .decommissioning })
        complain(id, "is too large", if: !isSystem && shard.bytes >= rules.splitBytes && shard.middleKey != nil)
        checkSpread(id, configuration.voters)
    }

    /// As many zones as there may be, none with two voters more than another.
    private mutating func checkSpread(_ id: ShardID, _ voters: [Member]) {
        var nodesOf: [String: Int] = [:]
        for node in cluster.nodeIDs where cluster.nodes[node]?.duty != .decommissioning {
            nodesOf[cluster.nodes[node]?.labels["zone"] ?? "", default: 0] += 1
        }
        var votersOf: [String: Int] = [:]
        for voter in voters { votersOf[cluster.nodes[voter.node]?.labels["zone"] ?? "", default: 0] += 1 }
        for (zone, count) in nodesOf where votersOf[zone, default: 0] < count {
            let most = votersOf.values.max() ?? 0
            complain(id, "crowds", if: most > votersOf[zone, default: 0] + 1)
        }
    }

    private mutating func checkTiling() {
        let ranges = cluster.shards.values.map(\.descriptor.range).filter { $0 != .system }
            .sorted { $0.start < $1.start }
        for (left, right) in zip(ranges, ranges.dropFirst()) where left.end != right.start {
            complaints.append("\(left) and \(right) do not meet")
        }
        if cluster.view.shards.count != cluster.shards.count { complaints.append("the view has other shards") }
    }

    /// Without zones all nodes are alike; with zones, those of one zone are.
    private mutating func checkEvenness() {
        let evenness = Evenness(cluster)
        let zones = Set(serving.map { cluster.nodes[$0]?.labels["zone"] ?? "" })
        for zone in zones.sorted() {
            let nodes = serving.filter { cluster.nodes[$0]?.labels["zone"] ?? "" == zone }
            let counts = nodes.map { evenness.replicas[$0, default: 0] }
            let spread = (counts.max() ?? 0) - (counts.min() ?? 0)
            // The system shard stays where it is, so one node may keep one more.
            if spread > 2 || (spread > 1 && !isExplainedBySystemShard(nodes, evenness)) {
                complaints.append("zone '\(zone)': replicas \(counts)")
            }
        }
        checkLeaders(evenness)
    }

    private func isExplainedBySystemShard(_ nodes: [NodeID], _ evenness: Evenness) -> Bool {
        let system = cluster.shards[ShardID(9_000)]?.descriptor.configuration.voters.map(\.node) ?? []
        let without = nodes.map { evenness.replicas[$0, default: 0] - (system.contains($0) ? 1 : 0) }
        return (without.max() ?? 0) - (without.min() ?? 0) <= 2
    }

    /// No leadership can go straight to a node that leads at least two less.
    private mutating func checkLeaders(_ evenness: Evenness) {
        for id in cluster.shardIDs {
            guard let shard = cluster.shards[id], shard.descriptor.range != .system,
                let leader = shard.leader.flatMap(shard.descriptor.configuration.member)
            else { continue }
            for voter in shard.descriptor.configuration.voters where serving.contains(voter.node) {
                let difference = evenness.leaders[leader.node, default: 0] - evenness.leaders[voter.node, default: 0]
                complain(id, "could be led by \(voter.node)", if: difference >= 2)
            }
        }
    }

    private mutating func complain(_ shard: ShardID, _ text: String, if isWrong: Bool) {
        if isWrong { complaints.append("shard \(shard) \(text)") }
    }
}
