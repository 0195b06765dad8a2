import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// What a replica does with reads while its shard is frozen (rule 33).
@Suite struct HostFreezeTests {
    private let shard = ShardID(9)

    /// A leader by itself, which has not applied its first entry.
    private func leader() -> HostBench {
        var bench = HostBench(node: 1)
        let member = Member(replica: ReplicaID(1), node: NodeID(1))
        let descriptor = Descriptor(
            shard: shard, range: KeyRange(start: .user([8]), end: .user([9])), epoch: Epoch(version: 1, config: 1),
            configuration: Configuration(voters: [member]), nextReplica: ReplicaID(2))
        bench.host.add(
            RestoredReplica(
                descriptor: descriptor, member: member,
                restored: Restored(configuration: descriptor.configuration), lastVersion: .zero),
            seed: 1, now: bench.now, isNew: true)
        bench.milliseconds += 5_000
        bench.turn()
        return bench
    }

    private func applied(_ merge: MergeState?) -> AppliedBatch {
        AppliedBatch(
            shard: shard, replica: ReplicaID(1), through: LogIndex(1), throughTerm: Term(1), lastVersion: .zero,
            byteCount: 0, entries: [], merge: merge)
    }

    private func read(_ bench: inout HostBench) throws {
        let get = GetRequest(
            route: RouteStamp(shard: shard, version: 1), consistency: .linearizable,
            keys: try KeyList([.user([8, 1])]))
        bench.host.read(
            PendingRead(reference: RequestReference(connection: 1, id: 1), body: .get(get)), route: get.route)
        bench.turn()
    }

    /// The freeze is in the log of a new leader, and what it was for may have been done: a read that waits for the
    /// first entry must not be served once that is applied, with the freeze before it.
    @Test(arguments: [false, true]) func aReadThatCameBeforeTheFreezeWasAppliedIsRefused(isFrozen: Bool) throws {
        var bench = leader()
        #expect(bench.host.replica(of: shard)?.group.role == .leader)
        try read(&bench)
        #expect(bench.effects.reads.isEmpty && bench.effects.answers.isEmpty)
        var state = MergeState()
        state.frozen = MergeState.Frozen(
            left: ShardID(8), merge: 1, position: LogPosition(index: LogIndex(1), term: Term(1)))
        bench.host.applied([applied(isFrozen ? state : nil)], now: bench.now)
        bench.turn()
        #expect(bench.effects.reads.count == (isFrozen ? 0 : 1))
        #expect(bench.effects.answers.map(\.body) == (isFrozen ? [.failure(.frozen)] : []))
    }

    /// Whoever ends where the right one begins says that the merge is off, since the left one cannot have lost that
    /// border with the merge pending; but a shard that the left one has absorbed may live here still, frozen.
    @Test(arguments: [false, true]) func whoIsFrozenSaysNothingOfAnotherMerge(isFrozen: Bool) {
        var bench = leader()
        var state = MergeState()
        state.frozen = MergeState.Frozen(
            left: ShardID(8), merge: 1, position: LogPosition(index: LogIndex(1), term: Term(1)))
        bench.host.applied([applied(isFrozen ? state : nil)], now: bench.now)
        bench.turn()
        let inquiry = MergeNotice.inquiry(right: ShardID(10), start: .user([9]), left: ShardID(8), merge: 2)
        bench.host.receive(.merge(inquiry), from: NodeID(2), now: bench.now)
        bench.turn()
        let isOff = bench.effects.notices.contains { peer, notice in
            guard peer == NodeID(2), case .merge(.aborted) = notice else { return false }
            return true
        }
        #expect(isOff == !isFrozen)
    }
}
