import Keyspace
import Placement
import PlacementModel
import Raft
import Testing

/// Troubles of a middling cluster, in copies; `PlacementBench` does the same with a large one and a clock.
@Suite struct ScaleTests {
    private func cluster() -> ModelCluster {
        ModelCluster.even(nodes: 12, zones: 3, shards: 240, rules: PlacementRules())
    }

    private func replicas(_ cluster: ModelCluster, on node: NodeID) -> Int {
        cluster.shards.values.count { shard in
            shard.descriptor.configuration.members.contains { $0.node == node }
        }
    }

    private func settle(_ cluster: inout ModelCluster) {
        #expect(cluster.settle(limit: 2_000) != nil)
        #expect(cluster.violations == [])
        #expect(Convergence(cluster).complaints == [])
    }

    @Test("a lost node costs exactly its replicas")
    func nodeLost() {
        var cluster = cluster()
        let lost = replicas(cluster, on: NodeID(2))
        cluster.stop(NodeID(2))
        cluster.advance(by: .seconds(301))
        settle(&cluster)
        #expect(cluster.counts.copies == lost)
    }

    @Test("a decommissioned node costs exactly its replicas, and keeps none")
    func decommission() {
        var cluster = cluster()
        let leaving = replicas(cluster, on: NodeID(2))
        cluster.change(NodeID(2)) { $0.duty = .decommissioning }
        settle(&cluster)
        #expect(cluster.counts.copies == leaving)
        #expect(replicas(cluster, on: NodeID(2)) == 0)
    }

    @Test("a new node costs exactly its share of its zone")
    func newNode() {
        var cluster = cluster()
        cluster.add(
            NodeView(
                id: NodeID(13), labels: ["zone": "a"], capacity: .gibibytes(2_048), free: .gibibytes(2_048)))
        settle(&cluster)
        #expect(cluster.counts.copies == 240 / 5)
    }

    @Test("a zone that is lost and comes back")
    func zoneLost() {
        var cluster = cluster()
        let zone = cluster.nodeIDs.filter { cluster.nodes[$0]?.labels["zone"] == "c" }
        for node in zone { cluster.stop(node) }
        cluster.advance(by: .seconds(301))
        #expect(cluster.settle(limit: 2_000) != nil)
        #expect(cluster.counts.copies >= 240)
        #expect(cluster.counts.copies <= 260)
        for node in zone { cluster.restart(node) }
        cluster.advance(by: .seconds(1))
        settle(&cluster)
    }
}
