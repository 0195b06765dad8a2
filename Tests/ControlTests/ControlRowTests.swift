import Control
import Keyspace
import NIOCore
import Placement
import Raft
import Testing
import Wire

/// Rows that do not read, that outlive their shards, and that tell how old an operator is.
@Suite struct ControlRowTests {
    private let one = ShardID(2)
    private let other = ShardID(3)

    private func status(_ cluster: inout FakeCluster, _ controller: inout Controller) -> PlacementStatus? {
        guard case .success(.status(let status)) = cluster.ask(.status, &controller) else { return nil }
        return status
    }

    private func garble(_ key: Key, _ cluster: inout FakeCluster) {
        cluster.rows[key] = (ByteBuffer(bytes: [9, 9]), Timestamp(7))
    }

    @Test func anUnreadableOperatorKeepsItsShardOnly() throws {
        var cluster = FakeCluster(nodes: 4, shards: 2)
        garble(SystemRow.key(ofOperatorOf: other), &cluster)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        #expect(cluster.ask(.setDuty(NodeID(3), .decommissioning), &controller) != nil)
        cluster.run(&controller, seconds: 20)
        #expect(cluster.nodes(of: one) == [1, 2, 4].map { NodeID($0) })
        #expect(cluster.nodes(of: other) == [1, 2, 3].map { NodeID($0) })
        let refusal = cluster.ask(.move(other, from: NodeID(3), to: NodeID(4)), &controller)
        guard case .failure(.invalidRequest(let reason)) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(reason.contains("operator cannot be read"), "\(reason)")
        // Nothing is wanted of it, again and again.
        #expect(controller.unrest(now: cluster.now) == nil)
        // It is said once, and shown as long as it is so.
        #expect(cluster.troubles.count == 1 && cluster.troubles[0].hasPrefix("row operators/3 cannot be read"))
        #expect(controller.unreadable.count == 1)
        let shown = try #require(status(&cluster, &controller)).obstacles
        #expect(shown.contains { $0.hasPrefix("row operators/3 cannot be read") }, "\(shown)")
    }

    /// What another row says may forbid anything.
    @Test func anyOtherUnreadableRowStopsPlanningAndIsNamed() throws {
        var cluster = FakeCluster(nodes: 4, shards: 2)
        garble(SystemRow.key(ofDutyOf: NodeID(4)), &cluster)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 5)
        let answer = cluster.ask(.move(one, from: NodeID(3), to: NodeID(4)), &controller)
        guard case .failure(.invalidRequest(let reason)) = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
        #expect(reason.contains("duties/4"), "\(reason)")
        guard case .success(.status(let status)) = cluster.ask(.status, &controller) else {
            Issue.record("what is known is not told")
            return
        }
        #expect(status.obstacles.first?.contains("placement stands still: ") == true)
        #expect(cluster.troubles.count == 1 && cluster.changes == 0)
        // Once it is mended everything goes on.
        cluster.rows[SystemRow.key(ofDutyOf: NodeID(4))] = nil
        cluster.run(&controller, seconds: 6)
        let moved = one
        #expect(cluster.ask(.move(one, from: NodeID(3), to: NodeID(4)), &controller) != nil)
        #expect(cluster.run(&controller) { $0.nodes(of: moved).contains(NodeID(4)) } == true)
    }

    @Test func patienceDoesNotBeginAnewWithALeader() throws {
        var cluster = FakeCluster(nodes: 4, shards: 1)
        cluster.isCopying = true
        var controller = cluster.controller()
        #expect(cluster.ask(.move(one, from: NodeID(3), to: NodeID(4)), &controller) != nil)
        // Two minutes are given to what moves nothing to speak of.
        for term in UInt64(2)...4 {
            cluster.run(&controller, seconds: 36)
            controller = cluster.controller(term: term)
        }
        let end = "an operator ended early: step 2 took too long (has not caught up)"
        #expect(!cluster.notes.contains(end))
        #expect(cluster.run(&controller) { $0.notes.contains(end) } == true)
    }

    @Test func aRowDoesNotOutliveItsShardForLong() throws {
        var cluster = FakeCluster(nodes: 3, shards: 2)
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 3)
        let leader = try #require(cluster.shards[other]?.leader)
        let next = try #require(cluster.nodes(of: other).first { $0 != leader })
        #expect(cluster.ask(.transfer(other, to: next), &controller) != nil)
        cluster.run(&controller, seconds: 3)
        let key = SystemRow.key(ofOperatorOf: other)
        #expect(cluster.rows[key] != nil)
        #expect(cluster.ask(.merge(one), &controller) != nil)
        #expect(cluster.run(&controller) { $0.shards.count == 2 } == true)
        cluster.run(&controller, seconds: 200)
        #expect(cluster.rows[key] == nil)
        #expect(cluster.rows[SystemRow.key(ofOperatorOf: one)] != nil)
        let writes = cluster.writes
        cluster.run(&controller, seconds: 200)
        #expect(cluster.writes == writes)
    }

    /// The write that deletes a row is one with a condition, whose outcome is the row's absence.
    @Test func aRowIsDeletedOnItsVersion() throws {
        let row = RowWrite(key: SystemRow.key(ofOperatorOf: one), value: nil, expects: Timestamp(5))
        let write = try WriteRequest([row], route: RouteStamp(shard: ShardID(1), version: 1))
        var list = OperationList()
        try list.compareAndSet(row.key, [], expectVersion: Timestamp(5), expiryMilliseconds: 1)
        #expect(write.operations == list.bytes)
    }
}
