import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Replicas of absorbed shards that are left over on a node, when nobody is there any more who took part (rule 29).
@Suite struct LeftOverTests {
    private let absorbed = Fixture.descriptor(3)
    private let child = ShardID(50)

    /// A part of a shard that had absorbed the other one.
    private var part: Descriptor {
        var part = absorbed
        part.shard = child
        part.epoch = Epoch(version: 4, config: 1)
        return part
    }

    private var merge: MergeState {
        var merge = MergeState()
        merge.absorb(absorbed.shard, [])
        return merge
    }

    private func add(_ descriptor: Descriptor, _ merge: MergeState = MergeState(), to bench: inout HostBench) {
        let member = descriptor.configuration.members.first { $0.node == bench.host.node }
        bench.host.add(
            RestoredReplica(
                descriptor: descriptor, member: member ?? Member(replica: ReplicaID(1), node: bench.host.node),
                restored: Restored(configuration: descriptor.configuration),
                lastVersion: Fixture.firstState.lastVersion, merge: merge),
            seed: 1, now: bench.now)
    }

    /// It asks for its shard, and a node that came by the keys later knows what became of it.
    @Test(arguments: [true, false]) func whoeverHasTheKeysTellsIt(isPart: Bool) {
        var bench = HostBench(node: 2)
        if isPart { add(part, merge, to: &bench) }
        let request = ReplicaRequest(
            shard: absorbed.shard, epoch: Epoch(version: 0, config: 0), change: ReplicaChange())
        bench.host.receive(.request(number: 1, request), from: NodeID(3), now: bench.now)
        bench.turn()
        let told = ReplicaNotice.merge(.absorbed(right: absorbed.shard, left: child))
        #expect(bench.effects.notices.contains { $0.0 == NodeID(3) && $0.1 == told } == isPart)
    }

    private func offer(_ bench: inout HostBench) -> [SnapshotMessage] {
        let offer = SnapshotOffer(
            position: LogPosition(index: LogIndex(9), term: Term(1)), descriptor: part,
            lastVersion: Fixture.firstState.lastVersion, chain: 0, merge: merge)
        let members = part.configuration.members
        guard let leader = members.first(where: { $0.node == NodeID(1) }),
            let own = members.first(where: { $0.node == NodeID(2) })
        else { return [] }
        bench.host.receive(
            SnapshotEnvelope(
                shard: child, from: leader, to: own, transfer: SnapshotTransfer(1), message: .offer(offer)),
            from: NodeID(1), now: bench.now)
        bench.turn()
        return bench.effects.snapshotMessages.map(\.message)
    }

    /// The new owner of its keys comes by a snapshot, which knows of it.
    @Test func itGoesForTheNewOwner() throws {
        var bench = HostBench(node: 2)
        add(absorbed, to: &bench)
        #expect(offer(&bench) == [.refuse(.busy)])
        guard case .destroy(let task) = bench.effects.applyChanges.first else {
            Issue.record("it is not destroyed")
            return
        }
        #expect(task.name.shard == absorbed.shard && task.absorbedBy == child)
        bench.host.destroyed([task.name])
        #expect(offer(&bench) == [.accept(SnapshotProgress())])
    }

    /// A replica here has yet to absorb it, as its log will say: without it that would need a snapshot of its own.
    @Test func itIsKeptForItsNeighbour() {
        var bench = HostBench(node: 2)
        add(absorbed, to: &bench)
        add(Fixture.descriptor(2), to: &bench)
        #expect(offer(&bench) == [.refuse(.overlaps)])
        bench.host.receive(
            .merge(.absorbed(right: absorbed.shard, left: child)), from: NodeID(1), now: bench.now)
        bench.turn()
        #expect(bench.host.replica(of: absorbed.shard) != nil)
        // One that knows of the merge does not wait for it.
        var after = HostBench(node: 2)
        add(absorbed, to: &after)
        add(Fixture.descriptor(2), merge, to: &after)
        #expect(offer(&after) == [.refuse(.busy)])
    }

    /// What two shards both know of, since they were one before, is kept once: others would be forgotten for it.
    @Test func theListGrowsByWhatIsNew() {
        var left = MergeState()
        for number in 1...10 as ClosedRange<UInt64> { left.absorb(ShardID(number), []) }
        let parts = left
        left.absorb(ShardID(20), parts.absorbed)
        #expect(left.absorbed == (1...10).map { ShardID($0) } + [ShardID(20)])
        for number in 100..<500 as Range<UInt64> { left.absorb(ShardID(number), []) }
        #expect(left.absorbed.count == MergeState.absorbedMax && left.absorbed.last == ShardID(499))
    }
}
