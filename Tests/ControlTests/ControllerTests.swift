import Control
import Keyspace
import Placement
import Raft
import Testing
import Wire

/// Rule 37: operators are rows, their steps name epochs, and any number of drivers may fail at any point.
@Suite struct ControllerTests {
    private let shard = ShardID(2)

    private func accepted(_ answer: Result<PlacementAnswer, RequestError>?) throws -> UInt64 {
        guard case .success(.accepted(let operation, _)) = try #require(answer) else {
            Issue.record("\(String(describing: answer))")
            return 0
        }
        return operation
    }

    private func state(
        _ id: UInt64, _ cluster: inout FakeCluster, _ controller: inout Controller
    ) -> OperatorStatus.State? {
        guard case .success(.operation(let found)) = cluster.ask(.operation(of: shard, id: id), &controller) else {
            return nil
        }
        return found?.state
    }

    @Test func aMoveIsARowAndThreeSteps() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        var controller = cluster.controller()
        let id = try accepted(cluster.ask(.move(shard, from: NodeID(3), to: NodeID(4)), &controller))
        #expect(id != 0)
        let (system, moved) = (FakeCluster.system, shard)
        #expect(cluster.run(&controller) { $0.nodes(of: moved) == [1, 2, 4].map { NodeID($0) } } == true)
        cluster.run(&controller, seconds: 2)
        #expect(state(id, &cluster, &controller) == .done)
        #expect(cluster.nodes(of: system) == [1, 2, 3].map { NodeID($0) })
    }

    @Test func ofTwoAdministratorsOneIsTold() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        cluster.isCopying = true
        var controller = cluster.controller()
        let (first, second) = (UInt64(501), UInt64(502))
        controller.ask(.move(shard, from: NodeID(3), to: NodeID(4)), number: first)
        controller.ask(.move(shard, from: NodeID(2), to: NodeID(4)), number: second)
        cluster.run(&controller, seconds: 1)
        _ = try accepted(cluster.answers[first])
        guard case .failure(.invalidRequest(let reason)) = cluster.answers[second] else {
            Issue.record("\(String(describing: cluster.answers[second]))")
            return
        }
        #expect(reason.hasPrefix("busy: shard 2, manual"), "\(reason)")
    }

    @Test func refusalsComeBeforeAnythingChanges() throws {
        var cluster = FakeCluster(nodes: 5, shards: 1)
        // Nothing is to be done by itself.
        cluster.rows[SystemRow.key(ofDutyOf: NodeID(4))] = (SystemRow.encode(duty: .draining), Timestamp(1))
        var controller = cluster.controller()
        cluster.stop(NodeID(5))
        cluster.run(&controller, seconds: 4)
        let (changes, writes) = (cluster.changes, cluster.writes)
        let refused: [(PlacementRequest, String)] = [
            (.move(shard, from: NodeID(3), to: NodeID(5)), "node 5 is not up"),
            (.move(shard, from: NodeID(3), to: NodeID(2)), "shard 2 already has a replica on node 2"),
            (.move(shard, from: NodeID(4), to: NodeID(5)), "shard 2 has no voter on node 4"),
            (.move(shard, from: NodeID(3), to: NodeID(9)), "there is no node 9"),
            (.move(ShardID(9), from: NodeID(3), to: NodeID(4)), "there is no shard 9"),
            (.transfer(shard, to: NodeID(4)), "shard 2 has no voter on node 4"),
            (.setDuty(NodeID(9), .draining), "there is no node 9"),
            (.setReplication(4), "4 replicas of each shard: choose 1, 3, 5 or 7"),
            (.setReplication(5), "4 nodes are too few for 5 replicas of each shard"),
        ]
        for (request, reason) in refused {
            #expect(cluster.ask(request, &controller) == .failure(.invalidRequest(reason)))
        }
        #expect(cluster.changes == changes && cluster.writes == writes)
    }

    /// The leader of placement is lost in the middle of a move; the next one finds the row and goes on.
    @Test(arguments: [0, 1, 3, 6])
    func theNextLeaderGoesOn(looks: Int) throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        var first = cluster.controller()
        cluster.isCopying = true
        first.ask(.move(shard, from: NodeID(3), to: NodeID(4)), number: 77)
        for _ in 0..<looks { cluster.look(&first) }
        cluster.isCopying = false
        var second = cluster.controller(term: 2)
        let moved = shard
        if looks == 0 {
            // Nobody has heard of it: it never was.
            cluster.run(&second, seconds: 3)
            #expect(cluster.answers[77] == nil)
            return
        }
        #expect(cluster.run(&second) { $0.nodes(of: moved) == [1, 2, 4].map { NodeID($0) } } == true)
        cluster.run(&second, seconds: 2)
        #expect(state(0, &cluster, &second) == .done)
    }

    /// One that was replaced and does not know it: its requests do no harm, and its rows are not written.
    @Test func twoBelieversDoNotBothAct() throws {
        var cluster = FakeCluster(nodes: 4, shards: 6)
        var first = cluster.controller()
        var second = cluster.controller(term: 2)
        for _ in 0..<200 {
            cluster.look(&first)
            cluster.look(&second)
        }
        let counts = (1...4).map { cluster.replicas(on: NodeID($0)) }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
        for known in cluster.shards.values {
            #expect(known.descriptor.configuration.voters.count == 3)
            #expect(known.descriptor.configuration.learners.isEmpty)
        }
    }

    @Test func aWriteOfUnknownOutcomeIsLookedUp() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        var controller = cluster.controller()
        // The first one records the replication factor.
        cluster.losesWriteAfter = 1
        #expect(
            cluster.ask(.move(shard, from: NodeID(3), to: NodeID(4)), &controller) == .failure(.ambiguous))
        let moved = shard
        #expect(cluster.run(&controller) { $0.nodes(of: moved) == [1, 2, 4].map { NodeID($0) } } == true)
    }

    @Test func anIdleClusterWritesNothing() {
        var cluster = FakeCluster(nodes: 3, shards: 5)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 5)
        let writes = cluster.writes
        cluster.run(&controller, seconds: 120)
        #expect(cluster.writes == writes && cluster.changes == 0)
    }
}
