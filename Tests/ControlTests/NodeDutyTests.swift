import Control
import Keyspace
import Placement
import Raft
import Testing
import Wire

/// Nodes that come, go for a while, go for good, and die.
@Suite struct NodeDutyTests {
    private let done: Result<PlacementAnswer, RequestError> = .success(.accepted(operation: 0, of: ShardID(0)))

    @Test func aNewNodeGetsItsPart() {
        var cluster = FakeCluster(nodes: 3, shards: 7)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        cluster.nodes.append(NodeID(4))
        controller.learn([(NodeID(4), ["zone": "d"])])
        #expect(cluster.run(&controller) { $0.replicas(on: NodeID(4)) >= 5 && $0.leaders(on: NodeID(4)) >= 1 } == true)
    }

    @Test func drainAndBack() {
        var cluster = FakeCluster(nodes: 3, shards: 5)
        var controller = cluster.controller()
        #expect(cluster.ask(.setDuty(NodeID(2), .draining), &controller) == done)
        #expect(cluster.run(&controller) { $0.leaders(on: NodeID(2)) == 0 } == true)
        #expect(cluster.replicas(on: NodeID(2)) == 6)
        // The next leader of placement knows it too.
        controller = cluster.controller(term: 2)
        cluster.run(&controller, seconds: 5)
        #expect(cluster.leaders(on: NodeID(2)) == 0)
        #expect(cluster.ask(.setDuty(NodeID(2), .serving), &controller) == done)
        #expect(cluster.run(&controller) { $0.leaders(on: NodeID(2)) >= 1 } == true)
    }

    @Test func decommissionEmptiesANode() {
        var cluster = FakeCluster(nodes: 4, shards: 5)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 10)
        #expect(cluster.replicas(on: NodeID(4)) > 0)
        #expect(cluster.ask(.setDuty(NodeID(4), .decommissioning), &controller) == done)
        #expect(cluster.run(&controller) { $0.replicas(on: NodeID(4)) == 0 } == true)
        for shard in cluster.shards.values { #expect(shard.descriptor.configuration.voters.count == 3) }
        #expect(
            cluster.ask(.setDuty(NodeID(3), .decommissioning), &controller)
                == .failure(.invalidRequest("2 nodes are too few for 3 replicas of each shard")))
        // It goes, and nobody waits for it.
        cluster.stop(NodeID(4))
        cluster.run(&controller, seconds: 10)
        guard case .success(.status(let status)) = cluster.ask(.status, &controller) else {
            Issue.record("no status")
            return
        }
        #expect(status.operators.isEmpty && status.nodes.first { $0.node == NodeID(4) }?.duty == .decommissioning)
    }

    @Test func aLostNodeIsReplacedAndNotTooSoon() {
        var cluster = FakeCluster(nodes: 4, shards: 5)
        var controller = cluster.controller(repairAfter: .seconds(30))
        cluster.run(&controller, seconds: 10)
        cluster.stop(NodeID(2))
        cluster.run(&controller, seconds: 28)
        let there = cluster.replicas(on: NodeID(2))
        #expect(there > 0)
        #expect(cluster.run(&controller) { $0.replicas(on: NodeID(2)) == 0 } == true)
        for shard in cluster.shards.values { #expect(shard.descriptor.configuration.voters.count == 3) }
    }

    @Test func moreAndFewerReplicas() {
        var cluster = FakeCluster(nodes: 5, shards: 3)
        var controller = cluster.controller()
        // The system shard follows the number of nodes by itself (rule 36).
        #expect(cluster.run(&controller) { $0.nodes(of: FakeCluster.system).count == 5 } == true)
        #expect(cluster.ask(.setReplication(5), &controller) == done)
        #expect(cluster.run(&controller) { $0.allHave(voters: 5) } == true)
        #expect(cluster.ask(.setReplication(3), &controller) == done)
        #expect(cluster.run(&controller) { $0.nodes(of: ShardID(3)).count == 3 } == true)
    }

    @Test func oneNodeGrowsToThree() {
        var cluster = FakeCluster(nodes: 1, shards: 1, voters: 1)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        #expect(cluster.changes == 0)
        cluster.nodes += [NodeID(2), NodeID(3)]
        controller.learn([(NodeID(2), [:]), (NodeID(3), [:])])
        #expect(cluster.run(&controller) { $0.allHave(voters: 3) } == true)
    }
}
