import Keyspace
import Raft
import Wire

/// What the admin commands know of a cluster: the map, as one node tells it, and every node's own word.
struct ClusterView: Sendable {
    /// All nodes, by id.
    var nodes: [NodeView]
    /// All shards, the system shard first, then in key order.
    var shards: [ShardView]

    /// Puts together the map and the answers of the nodes; nil stands for a node that did not answer.
    init(table: RouteTable, statuses: [NodeID: NodeStatus]) {
        shards = ClusterView.shards(table, statuses)
        nodes = []
        for address in table.nodes.sorted(by: { $0.node < $1.node }) {
            nodes.append(ClusterView.node(address, statuses[address.node], shards))
        }
    }

    /// The shards of users, in key order.
    var userShards: [ShardView] { shards.filter { !$0.isSystem } }

    private static func node(_ address: NodeAddress, _ status: NodeStatus?, _ shards: [ShardView]) -> NodeView {
        NodeView(
            id: address.node,
            address: address.address,
            state: status.map { $0.isReady ? .up : .starting } ?? .down,
            reasons: status?.reasons ?? [],
            leaders: shards.count { $0.leader == address.node },
            replicas: shards.count { shard in shard.replicas.contains { $0.node == address.node } },
            labels: (status?.labels ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
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
