import Keyspace
import Raft
import Wire

/// What the admin commands know of a cluster: the map, as one node tells it, and every node's own word.
struct ClusterView: Sendable {
    /// All nodes, by id.
    var nodes: [NodeView]
    /// All shards, the system shard first, then in key order.
    var shards: [ShardView]
    /// What placement is doing, one line each, and what it cannot do.
    var operators: [String]
    var obstacles: [String]

    /// Puts together the map and the answers of the nodes; who is missing did not answer. `placement` is nil when its
    /// leader does not.
    init(table: RouteTable, statuses: [NodeID: NodeStatus], placement: PlacementStatus? = nil) {
        operators = placement?.operators.map { "\(OperatorWait.progress($0)): \($0.reason)" } ?? []
        obstacles = placement?.obstacles ?? []
        shards = ClusterView.shards(table, statuses)
        nodes = []
        for address in table.nodes.sorted(by: { $0.node < $1.node }) {
            let duty = placement?.nodes.first { $0.node == address.node }?.duty ?? .serving
            nodes.append(ClusterView.node(address, statuses[address.node], duty, shards))
        }
    }

    /// The shards of users, in key order.
    var userShards: [ShardView] { shards.filter { !$0.isSystem } }

    private static func node(
        _ address: NodeAddress, _ status: NodeStatus?, _ duty: NodeDutyCode, _ shards: [ShardView]
    ) -> NodeView {
        let holdsReplica = shards.contains { shard in shard.replicas.contains { $0.node == address.node } }
        return NodeView(
            id: address.node,
            address: address.address,
            state: state(status, duty, holdsReplica: holdsReplica),
            reasons: status?.reasons ?? [],
            leaders: shards.count { $0.leader == address.node },
            replicas: shards.count { shard in shard.replicas.contains { $0.node == address.node } },
            labels: (status?.labels ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private static func state(
        _ status: NodeStatus?, _ duty: NodeDutyCode, holdsReplica: Bool
    ) -> NodeView.State {
        // Whoever has left need not answer.
        if duty == .decommissioning, !holdsReplica { return .decommissioned }
        guard let status else { return .down }
        guard status.isReady else { return .starting }
        switch duty {
        case .serving: return .up
        case .draining: return .draining
        case .decommissioning: return .decommissioning
        }
    }

    /// The newest descriptor of each shard: a node that has just applied a change knows it before the map does (rule
    /// 35).
    private static func shards(_ table: RouteTable, _ statuses: [NodeID: NodeStatus]) -> [ShardView] {
        var map = RangeMap()
        for route in table.routes { _ = map.merge(route.descriptor) }
        let answers = statuses.sorted { $0.key < $1.key }
        for (_, status) in answers {
            for shard in status.shards { _ = map.merge(shard.descriptor) }
        }
        return map.all.map { descriptor in
            var reports: [(node: NodeID, status: ShardStatus)] = []
            for (node, status) in answers {
                guard let shard = status.shards.first(where: { $0.descriptor.shard == descriptor.shard }) else {
                    continue
                }
                reports.append((node, shard))
            }
            let hint = table.routes.first { $0.descriptor.shard == descriptor.shard }?.leader
            return ShardView(descriptor, reports: reports, hint: hint.flatMap { statuses[$0] == nil ? nil : $0 })
        }
    }
}
