import Control
import Keyspace
import Placement
import Raft
import Testing
import Wire

/// Splits and merges that people ask for, and what they are told.
@Suite struct RequestTests {
    private let left = ShardID(2)
    private let right = ShardID(3)
    private let key = Key.user([0x40])

    private func end(
        of shard: ShardID, _ cluster: inout FakeCluster, _ controller: inout Controller
    ) -> OperatorStatus.State? {
        guard case .success(.operation(let found)) = cluster.ask(.operation(of: shard, id: 0), &controller) else {
            return nil
        }
        return found?.state
    }

    @Test func aSplitIsAnOperator() throws {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        guard case .success(.accepted(let id, let shard)) = cluster.ask(.split(at: key), &controller) else {
            Issue.record("refused")
            return
        }
        #expect(id != 0 && shard == left)
        cluster.run(&controller, seconds: 2)
        #expect(cluster.shards.count == 3)
        #expect(end(of: left, &cluster, &controller) == .done)
        #expect(
            cluster.ask(.split(at: key), &controller)
                == .failure(.invalidRequest("a shard already begins at user:@")))
        let long = Key.user([UInt8](repeating: 7, count: KeyLimits.borderBytesMax + 1))
        guard case .failure(.invalidRequest(let reason)) = cluster.ask(.split(at: long), &controller) else {
            Issue.record("a key that no shard can begin at")
            return
        }
        #expect(reason.contains("at most \(KeyLimits.borderBytesMax) bytes"))
    }

    @Test func ofTwoThatSplitOrMergeOneIsTold() throws {
        var cluster = FakeCluster(nodes: 3, shards: 2)
        cluster.losesSplitAnswers = true
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        controller.ask(.split(at: .user([0])), number: 501)
        controller.ask(.merge(left), number: 502)
        cluster.run(&controller, seconds: 1)
        guard case .success = cluster.answers[501], case .failure(.invalidRequest(let reason)) = cluster.answers[502]
        else {
            Issue.record("\(cluster.answers)")
            return
        }
        // Who was first is named.
        #expect(reason.contains("split at"), "\(reason)")
    }

    /// An operator that has done its work is there until its row says so. A merge whose right part has such a one was
    /// recorded, driven by nobody, and waited for without end.
    @Test func aMergeDoesNotStumbleOverWhatIsDone() throws {
        var cluster = FakeCluster(nodes: 3, shards: 2)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        let leader = try #require(cluster.shards[right]?.leader)
        let other = try #require(cluster.nodes(of: right).first { $0 != leader })
        // The step waits until whoever is to lead answers again.
        cluster.down.insert(other)
        guard case .success = cluster.ask(.transfer(right, to: other), &controller) else {
            Issue.record("refused: \(cluster.answers)")
            return
        }
        // It does, and that it leads is heard right before the next request.
        cluster.shards[right]?.leader = other
        cluster.shards[right]?.term = Term(2)
        cluster.down.remove(other)
        for node in cluster.nodes { controller.hear(cluster.report(of: node, Term(1)), from: node, now: cluster.now) }
        guard case .success = cluster.ask(.merge(left), &controller) else {
            Issue.record("refused: \(cluster.answers)")
            return
        }
        #expect(end(of: right, &cluster, &controller) == .done)
        #expect(cluster.run(&controller) { $0.shards.count == 2 } == true)
        cluster.run(&controller, seconds: 1)
        #expect(end(of: left, &cluster, &controller) == .done)
    }

    /// A node that has just joined may be named at once: that it was not heard yet is no reason to refuse it, and that
    /// it says nothing at all is one.
    @Test(arguments: [false, true])
    func whoHasJustJoinedIsHeardFirst(isSilent: Bool) throws {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        cluster.nodes.append(NodeID(4))
        if isSilent { cluster.down.insert(NodeID(4)) }
        let answer = try #require(cluster.ask(.move(left, from: NodeID(2), to: NodeID(4)), &controller))
        if isSilent {
            #expect(answer == .failure(.invalidRequest("node 4 is not up")))
        } else {
            guard case .success(.accepted) = answer else {
                Issue.record("\(answer)")
                return
            }
        }
    }

    /// Neighbours on different nodes are brought together first.
    @Test func aMergeBringsItsShardsTogether() throws {
        var cluster = FakeCluster(nodes: 4, shards: 2)
        cluster.shards[right]?.descriptor.configuration.voters[2] = Member(replica: ReplicaID(3), node: NodeID(4))
        cluster.shards[right]?.leader = NodeID(1)
        cluster.shards[right]?.bytes = 1 << 20
        var controller = cluster.controller()
        #expect(cluster.ask(.merge(left), &controller) != nil)
        #expect(cluster.run(&controller) { $0.shards.count == 2 } == true)
        #expect(cluster.nodes(of: left) == [1, 2, 4].map { NodeID($0) })
        cluster.run(&controller, seconds: 1)
        #expect(end(of: left, &cluster, &controller) == .done)
    }

    /// With a replica down nothing is begun; one that goes down meanwhile ends it with the reason.
    @Test func aMergeNeedsEveryReplica() throws {
        var cluster = FakeCluster(nodes: 3, shards: 2)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        cluster.stop(NodeID(3))
        cluster.run(&controller, seconds: 5)
        let changes = cluster.changes
        guard case .failure(.invalidRequest(let reason)) = cluster.ask(.merge(left), &controller) else {
            Issue.record("accepted")
            return
        }
        #expect(reason.contains("has a replica that is down"), "\(reason)")
        #expect(cluster.changes == changes)
    }

    @Test func aMergeEndsWhenAReplicaGoesDown() throws {
        var cluster = FakeCluster(nodes: 3, shards: 2)
        cluster.refusesMerges = true
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        #expect(cluster.ask(.merge(left), &controller) != nil)
        cluster.run(&controller, seconds: 5)
        #expect(end(of: left, &cluster, &controller) == .running(waiting: "not now"))
        cluster.stop(NodeID(3))
        cluster.run(&controller, seconds: 6)
        #expect(
            end(of: left, &cluster, &controller)
                == .failed("shard 2 has a replica on node 3 that is down (not now)"))
    }

    /// A balance operator that has done nothing gives way, and its own row says so.
    @Test func balanceGivesWay() throws {
        var cluster = FakeCluster(nodes: 4, shards: 2)
        cluster.refusesChanges = true
        let record = OperatorRecord(
            shard: right,
            steps: [
                OperatorRecord.Step(
                    shard: right, expects: Epoch(version: 1, config: 1),
                    action: .addLearner(Member(replica: ReplicaID(4), node: NodeID(4))))
            ], priority: 2, reason: "counts", patienceMilliseconds: 100_000)
        let key = SystemRow.key(ofOperatorOf: right)
        cluster.rows[key] = (SystemRow.encode(record), Timestamp(1))
        var controller = cluster.controller()
        guard case .success = cluster.ask(.merge(left), &controller) else {
            Issue.record("refused")
            return
        }
        let row = try #require(cluster.rows[key])
        #expect(try SystemRow.decodeOperator(row.value).end?.failure == "gives way to a request")
        #expect(cluster.run(&controller) { $0.shards.count == 2 } == true)
    }

    @Test func whatIsSenselessEndsWithTheReason() throws {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.senselessSplits = "the key is not in shard 2"
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        #expect(cluster.ask(.split(at: key), &controller) != nil)
        cluster.run(&controller, seconds: 6)
        #expect(end(of: left, &cluster, &controller) == .failed("the key is not in shard 2"))
    }

    /// Who was said to lead, and is dead, is asked once.
    @Test func aHintToADeadNodeIsDropped() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        cluster.stop(NodeID(4))
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        cluster.misleads = NodeID(4)
        #expect(cluster.ask(.transfer(left, to: NodeID(3)), &controller) != nil)
        cluster.run(&controller, seconds: 8)
        #expect(cluster.misleads == nil)
        #expect(cluster.shards[left]?.leader == NodeID(3))
    }

    /// A node that has joined a moment ago counts, though nobody has told placement's leader yet.
    @Test func newNodesAreLookedForBeforeARefusal() throws {
        var cluster = FakeCluster(nodes: 2, shards: 1, voters: 1)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        #expect(
            cluster.ask(.setReplication(3), &controller)
                == .failure(.invalidRequest("2 nodes are too few for 3 replicas of each shard")))
        cluster.nodes.append(NodeID(3))
        guard case .success = cluster.ask(.setReplication(3), &controller) else {
            Issue.record("refused")
            return
        }
        #expect(cluster.run(&controller) { $0.allHave(voters: 3) } == true)
    }

    /// What is wanted of a node is told apart from everything else that goes on.
    @Test func departuresAreOfTheirNodeOnly() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        cluster.isCopying = true
        var controller = cluster.controller()
        #expect(cluster.ask(.move(left, from: NodeID(3), to: NodeID(4)), &controller) != nil)
        cluster.run(&controller, seconds: 1)
        guard case .success(.status(let status)) = cluster.ask(.status, &controller) else {
            Issue.record("no status")
            return
        }
        #expect(status.nodes.map(\.departures) == [0, 0, 1, 0])
    }
}
