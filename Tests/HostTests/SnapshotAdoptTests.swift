import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// A replica comes to another state, and perhaps another range, by a snapshot (rules 25 and 31).
@Suite struct SnapshotAdoptTests {
    private let shard = HostBench.left.shard
    private let key = IncomingKey(peer: NodeID(2), transfer: SnapshotTransfer(7))

    private func say(_ message: SnapshotMessage, _ bench: inout HostBench) {
        let envelope = SnapshotEnvelope(
            shard: shard, from: Member(replica: ReplicaID(2), node: NodeID(2)),
            to: Member(replica: ReplicaID(1), node: NodeID(1)), transfer: key.transfer, message: message)
        bench.host.receive(envelope, from: NodeID(2), now: bench.now)
        bench.turn()
    }

    /// The leader waits to absorb a shard that is not here, and a snapshot has the whole. What it has let in was for
    /// the former range, and must not meet the other one.
    @Test func whatALeaderLetInIsSentAway() throws {
        var bench = HostBench.leaderOfPendingMerge()
        #expect(bench.absorbs() == true)
        let barrier = try #require(bench.host.replica(of: shard)?.group.barrier)
        let whole = try #require(HostBench.left.absorbing(HostBench.right))
        var merge = MergeState()
        merge.last = 1
        merge.absorb(HostBench.right.shard, [])
        let offer = SnapshotOffer(
            position: LogPosition(index: barrier, term: Term(1)), descriptor: whole, lastVersion: .zero, chain: 0,
            merge: merge)
        say(.offer(offer), &bench)
        say(.last(SnapshotTotals(progress: SnapshotProgress(), rows: 0)), &bench)
        #expect(bench.effects.snapshotTasks.count == 1)
        // Now a write and a read come, and then the end of the installation.
        try bench.write(1)
        let get = GetRequest(
            route: RouteStamp(shard: shard, version: 1), consistency: .linearizable,
            keys: try KeyList([.user([9, 1])]))
        bench.host.read(
            PendingRead(reference: RequestReference(connection: 1, id: 2), body: .get(get)), route: get.route)
        let applied = AppliedState(
            appliedIndex: barrier, appliedTerm: Term(1), baseIndex: barrier, baseTerm: Term(1), lastVersion: .zero,
            sessionsCheckpoint: .zero)
        let state = ShardState(descriptor: whole, replica: ReplicaID(1), applied: applied, merge: merge)
        bench.host.completed(.installed(key, state), now: bench.now)
        bench.turn()
        #expect(bench.host.replica(of: shard)?.descriptor == whole)
        #expect(bench.host.replica(of: shard)?.group.role == .leader)
        let answers = bench.effects.answers.sorted { $0.reference.id < $1.reference.id }
        #expect(answers.map(\.reference.id) == [1, 2])
        #expect(answers.allSatisfy { $0.body == .failure(.epochMismatch([whole])) })
        // Nor does it come into the log.
        #expect(bench.host.replica(of: shard)?.group.lastIndex == barrier)
        #expect(bench.effects.reads.isEmpty)
    }
}
