import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Splits beside the end of the replica that is split (rules 29, 30 and 32), told to one host by hand.
@Suite struct ReplicaEndTests {
    private let parent = HostBench.descriptor
    private let child = ShardID(50)
    private let border = Fixture.key(0, 5)
    private var own: Member { Member(replica: ReplicaID(2), node: NodeID(2)) }
    private var name: LogName { LogName(shard: parent.shard, replica: own.replica) }

    private func parts() throws -> Descriptor.Parts {
        try #require(parent.split(at: border, child: child, first: NodeID(1)))
    }

    /// What the applier of node 2 reports of the split.
    private func splitApplied(index: UInt64 = 1, isAwaited: Bool = false) throws -> AppliedBatch {
        let parts = try parts()
        let replica = parts.child.configuration.members.first { $0.node == NodeID(2) }?.replica
        let version = Fixture.firstState.lastVersion
        return AppliedBatch(
            shard: parent.shard, replica: own.replica, through: LogIndex(index), throughTerm: Term(1),
            lastVersion: version, byteCount: 0, isAwaited: isAwaited, entries: [], descriptor: parts.parent,
            births: [ShardBirth(descriptor: parts.child, replica: replica, lastVersion: version)])
    }

    /// The host of node 2, and a committed descriptor that is without its replica has come.
    private func removed() -> HostBench {
        var bench = HostBench(node: 2)
        var without = parent
        without.epoch.config += 1
        without.configuration = Configuration(voters: parent.configuration.voters.filter { $0.node != NodeID(2) })
        bench.host.receive(.descriptor(to: own, without), from: NodeID(1), now: bench.now)
        bench.turn()
        return bench
    }

    private func add(_ descriptor: Descriptor, to bench: inout HostBench) {
        bench.host.add(
            RestoredReplica(
                descriptor: descriptor, member: own, restored: Restored(configuration: descriptor.configuration),
                lastVersion: Fixture.firstState.lastVersion),
            seed: 1, now: bench.now)
    }

    /// The applier split it before it came to its end, and the child stays.
    @Test func whatADepartingReplicaSplitOffIsBorn() throws {
        var bench = removed()
        #expect(bench.effects.applyChanges.count == 1)
        bench.host.applied([try splitApplied()], now: bench.now)
        #expect(bench.host.replica(of: child)?.descriptor == (try parts().child))
        // What is left of the parent's range is still reserved.
        #expect(!bench.host.isFree(KeyRange(start: parent.range.start, end: border), for: child))
        bench.host.destroyed([name])
        #expect(bench.host.isFree(KeyRange(start: parent.range.start, end: border), for: child))
        #expect(bench.host.replica(of: child) != nil)
    }

    /// Two shards must not write the same rows, whatever went wrong before.
    @Test func aChildIsNotBornOverAnotherShard() throws {
        var bench = removed()
        bench.host.destroyed([name])
        var other = Fixture.descriptor(0)
        other.shard = ShardID(70)
        other.range.start = Fixture.key(0, 9)
        add(other, to: &bench)
        bench.host.applied([try splitApplied()], now: bench.now)
        bench.turn()
        #expect(bench.host.replica(of: child) == nil)
        #expect(bench.effects.suspicions.map(\.name.shard) == [child])
        #expect(bench.host.replica(of: other.shard) != nil)
        // It is said once.
        bench.host.applied([try splitApplied(index: 2)], now: bench.now)
        bench.turn()
        #expect(bench.effects.suspicions.isEmpty)
    }

    /// I31: the end of a suspect takes what its state has, which is no more than what its last split has left it.
    @Test func aSuspectKeepsWhatItHasNotSplitOff() throws {
        var bench = HostBench(node: 2)
        bench.host.suspect(parent.shard, "test")
        bench.host.applied([try splitApplied()], now: bench.now)
        #expect(bench.host.replica(of: child) != nil)
        let rest = KeyRange(start: parent.range.start, end: border)
        #expect(bench.host.suspects.first?.descriptor?.range == rest)
        bench.host.destroy(DestroyTask(name: name, range: rest, returns: false))
        bench.turn()
        guard case .destroy(let task) = bench.effects.applyChanges.first else {
            Issue.record("it is not destroyed")
            return
        }
        #expect(task.range == rest)
    }

    /// Rule 29: a crash came before the end of a removed replica. The start sees to it, and a leader that does not know
    /// of the removal cannot bring the same id back without its votes.
    @Test func aReplicaThatTheStartDestroysIsRemembered() throws {
        let engine = MemoryEngine()
        var without = parent
        without.configuration = Configuration(voters: parent.configuration.voters.filter { $0.node != NodeID(2) })
        let batch = engine.makeBatch()
        Rows.put(ShardRecordKey.descriptor(parent.shard).array, DescriptorRecord.encode(without), batch)
        Rows.put(ShardRecordKey.appliedState(parent.shard).array, Fixture.firstState.encode(), batch)
        Rows.put(ShardRecordKey.replica(parent.shard).array, ReplicaRecord.encode(own.replica), batch)
        // Others are buried here already.
        for (shard, replica) in [(1, 7), (60, 8)] as [(UInt64, UInt64)] {
            NodeKey.tombstone(ShardID(shard)).withBytes { key in
                NodeKey.tombstoneValue(ReplicaID(replica)).withBytes { batch.putNode(key, value: $0) }
            }
        }
        try engine.write(batch, writer: 1)
        let recovery = Recovery(
            node: NodeID(2), log: engine, state: engine, sessionWindowMilliseconds: Fixture.window)
        let result = try recovery.run()
        #expect(result.removed.map(\.name) == [name])
        #expect(result.departed.tombstones.map(\.shard) == [ShardID(1), parent.shard, ShardID(60)])
        #expect(result.departed.tombstones.map(\.replica) == [ReplicaID(7), own.replica, ReplicaID(8)])

        let now = Instant(nanoseconds: 1_000_000_000)
        var host = Host(
            node: NodeID(2), boot: 1, incarnation: 2, limits: HostLimits(), wallMilliseconds: Fixture.start, now: now)
        host.add([], departed: result.departed)
        host.receive(.descriptor(to: own, parent), from: NodeID(1), now: now)
        let notices = host.turn(now: now).notices.map(\.1)
        #expect(notices == [.notHere(shard: parent.shard, absent: own, to: own)])
        let offer = SnapshotOffer(
            position: LogPosition(index: LogIndex(9), term: Term(1)), descriptor: parent,
            lastVersion: Fixture.firstState.lastVersion, chain: 0)
        let leader = Member(replica: ReplicaID(1), node: NodeID(1))
        host.receive(
            SnapshotEnvelope(
                shard: parent.shard, from: leader, to: own, transfer: SnapshotTransfer(1), message: .offer(offer)),
            from: NodeID(1), now: now)
        let answer = host.turn(now: now).snapshotMessages.map(\.message)
        #expect(answer == [.refuse(.tombstoned)])
    }

    /// Rule 32: whoever lags behind the split will have the rows; whoever does not needs a snapshot, a learner too.
    @Test(arguments: [true, false]) func aLearnerWaitsForItsSplit(lags: Bool) throws {
        var descriptor = try parts().child
        let learner = Member(replica: ReplicaID(9), node: NodeID(2))
        let leader = Member(replica: ReplicaID(1), node: NodeID(1))
        descriptor.configuration = Configuration(voters: [leader], learners: [learner])
        var bench = HostBench(node: 2)
        if !lags { bench.host.retire(parent.shard) }
        bench.host.receive(.descriptor(to: learner, descriptor), from: NodeID(1), now: bench.now)
        bench.turn()
        let wanted = ReplicaNotice.wanted(shard: child, absent: learner, to: leader)
        #expect(bench.effects.notices.map(\.1) == (lags ? [] : [wanted]))
    }

    /// Rule 25: an index that was reached before the split says nothing about the keys that were given away.
    @Test func readsThatWereLetGoDoNotOutliveTheRange() throws {
        var bench = HostBench(node: 2)
        bench.follow()
        let append = Append<EncodedEntry>(
            term: Term(1), previousIndex: LogIndex(1), previousTerm: Term(1), entries: [], commit: LogIndex(1),
            replicatedEverywhere: .zero, sentAt: Instant(nanoseconds: 2))
        bench.receive(.append(append), from: 1)
        bench.turn()
        let generation = try #require(bench.host.replica(of: parent.shard)?.generation)
        let get = GetRequest(
            route: RouteStamp(shard: parent.shard, version: 1), consistency: .linearizable,
            keys: try KeyList([Fixture.key(0, 7)]))
        let reference = RequestReference(connection: 1, id: 5)
        let read = PendingRead(reference: reference, body: .get(get))
        bench.host.effects.reads = [ReadTask(generation: generation, reads: [read])]
        bench.host.applied([try splitApplied()], now: bench.now)
        bench.turn()
        #expect(bench.effects.reads.isEmpty)
        let parts = try parts()
        let answers = bench.effects.answers.map(\.body)
        #expect(answers == [.failure(.epochMismatch([parts.parent, parts.child]))])
    }

    /// What a client is told of the parts is bounded by their number and by their bytes.
    @Test(arguments: [(3, 16), (1_000, 3)]) func theyAreToldSoMuch(length: Int, count: Int) throws {
        var bench = HostBench(node: 2)
        var start = parent.range.start
        for number in 0..<30 {
            var descriptor = Fixture.descriptor(0)
            let end = Key.user([0, 0, UInt8(number + 1)] + [UInt8](repeating: 1, count: length))
            descriptor.range = KeyRange(start: start, end: end)
            descriptor.shard = number == 0 ? parent.shard : ShardID(UInt64(100 + number))
            descriptor.epoch.version = 2
            if number == 0 { bench.host.retire(parent.shard) }
            add(descriptor, to: &bench)
            start = end
        }
        guard case .epochMismatch(let parts) = bench.host.mismatch(of: parent.shard, since: 1) else {
            Issue.record("another refusal")
            return
        }
        #expect(parts.count == count)
        for (one, next) in zip(parts, parts.dropFirst()) { #expect(one.range.end == next.range.start) }
    }
}
