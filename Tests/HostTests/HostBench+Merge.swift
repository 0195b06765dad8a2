import Keyspace
import Raft
import Wire

@testable import Host

/// Two shards of one replica each, 9 and 10, of which the first is about to absorb the second; that is not here.
extension HostBench {
    static let left = mergeable(9)
    static let right = mergeable(10)

    private static func mergeable(_ shard: UInt64) -> Descriptor {
        Descriptor(
            shard: ShardID(shard),
            range: KeyRange(start: .user([UInt8(shard)]), end: .user([UInt8(shard + 1)])),
            epoch: Epoch(version: 1, config: 1),
            configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
            nextReplica: ReplicaID(2))
    }

    /// The left shard's leader, which found the merge pending when it began, and whose table holds so many sessions.
    static func leaderOfPendingMerge(sessions: UInt64 = 0) -> HostBench {
        var bench = HostBench(node: 1)
        var merge = MergeState()
        merge.last = 1
        merge.intent = MergeState.Intent(right: right.shard, epoch: right.epoch)
        bench.host.add(
            RestoredReplica(
                descriptor: left, member: Member(replica: ReplicaID(1), node: NodeID(1)),
                restored: Restored(configuration: left.configuration), lastVersion: .zero, merge: merge),
            seed: 1, now: bench.now, isNew: true)
        bench.milliseconds += 5_000
        bench.turn()
        let applied = AppliedBatch(
            shard: left.shard, replica: ReplicaID(1), through: LogIndex(1), throughTerm: Term(1),
            lastVersion: .zero, byteCount: 0, entries: [],
            sessions: MergeNotice.Load(sessions: sessions, answers: sessions, bytes: sessions))
        bench.host.applied([applied], now: bench.now)
        bench.turn()
        return bench
    }

    /// The right shard, which holds so many sessions, is frozen everywhere. Whether the left one absorbs it.
    mutating func absorbs(sessions: UInt64 = 0) -> Bool {
        let absorb = MergeCommand.Absorb(
            merge: 1, frozen: LogPosition(index: LogIndex(1), term: Term(1)), lastVersion: .zero, right: Self.right)
        let load = MergeNotice.Load(sessions: sessions, answers: sessions, bytes: sessions)
        host.receive(.merge(.frozen(left: Self.left.shard, load, absorb)), from: NodeID(1), now: now)
        turn()
        return host.replica(of: Self.left.shard)?.group.barrier != nil
    }

    mutating func write(_ number: UInt64, session: UInt64 = 0) throws {
        let list = try Fixture.operations { try $0.put(.user([9, 1]), [7]) }
        let request = WriteRequest(
            route: RouteStamp(shard: Self.left.shard, version: 1), session: session, sequence: session == 0 ? 0 : 1,
            doneBelow: session == 0 ? 0 : 1, issuedAt: Fixture.start, operationCount: 1, operations: list.bytes)
        host.write(request, from: RequestReference(connection: 1, id: number), now: now)
    }
}
