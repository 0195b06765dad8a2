import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// The way back of a replica that may have forgotten something (rule 15), told to one host by hand.
@Suite struct ComebackTests {
    private let shard = ShardID(60)

    private func change(_ effects: Effects) -> (number: UInt64, request: ReplicaRequest)? {
        for (_, notice) in effects.notices {
            if case .request(let number, let request) = notice, request.shard == shard { return (number, request) }
        }
        return nil
    }

    /// What the host asks of the shard next, and who became a suspect meanwhile.
    private func nextRequest(
        _ bench: inout HostBench, _ suspected: inout [LogName]
    ) throws -> (number: UInt64, request: ReplicaRequest) {
        var asked: (number: UInt64, request: ReplicaRequest)?
        for _ in 0..<200 where asked == nil {
            bench.milliseconds += 50
            _ = bench.host.controlTick(now: bench.now)
            bench.turn()
            suspected += bench.effects.suspicions.map(\.name)
            asked = change(bench.effects)
        }
        return try #require(asked)
    }

    /// Nothing is left that says which one it was: no other node's replica is asked to go.
    @Test func whoseRecordsAreGoneIsNamedByTheOthers() throws {
        var bench = HostBench(node: 2)
        let unknown = LogName(shard: shard, replica: ReplicaID(0))
        bench.host.add(
            [SuspectReplica(name: unknown, descriptor: nil, reason: "test")], departed: DepartedReplicas())
        var renamed: [LogName] = []
        let first = try nextRequest(&bench, &renamed)
        #expect(first.request.epoch == Epoch(version: 0, config: 0))
        var descriptor = HostBench.descriptor
        descriptor.shard = shard
        descriptor.configuration = Configuration(
            voters: [
                Member(replica: ReplicaID(2), node: NodeID(1)), Member(replica: ReplicaID(3), node: NodeID(2)),
                Member(replica: ReplicaID(1), node: NodeID(3)),
            ])
        bench.host.receive(
            .refused(number: first.number, .epochMismatch([descriptor])), from: NodeID(1), now: bench.now)
        let second = try nextRequest(&bench, &renamed)
        #expect(second.request.epoch == descriptor.epoch)
        #expect(second.request.change == ReplicaChange(remove: [ReplicaID(3)]))
        #expect(renamed == [LogName(shard: shard, replica: ReplicaID(3))])
    }

    /// A leader may have yet to apply how the replica became a member: that it does not know of it does not mean that
    /// it is out, and its data is not destroyed for that.
    @Test func whoIsNotKnownYetIsNotOut() throws {
        var bench = HostBench(node: 2)
        let own = Member(replica: ReplicaID(5), node: NodeID(2))
        let others = [Member(replica: ReplicaID(1), node: NodeID(1)), Member(replica: ReplicaID(2), node: NodeID(3))]
        var older = HostBench.descriptor
        older.shard = shard
        older.range = KeyRange(start: .user([60]), end: .user([61]))
        older.configuration = Configuration(voters: others)
        older.nextReplica = ReplicaID(5)
        var joined = older
        joined.epoch.config += 1
        joined.configuration = Configuration(voters: others + [own])
        joined.nextReplica = ReplicaID(6)
        var removed = joined
        removed.epoch.config += 1
        removed.configuration = older.configuration
        let name = LogName(shard: shard, replica: own.replica)
        bench.host.add(
            [SuspectReplica(name: name, descriptor: joined, reason: "test")], departed: DepartedReplicas())
        for (answer, isOut) in [(older, false), (removed, true)] {
            var renamed: [LogName] = []
            let request = try nextRequest(&bench, &renamed)
            bench.host.receive(
                .refused(number: request.number, .epochMismatch([answer])), from: NodeID(1), now: bench.now)
            for _ in 0..<4 {
                bench.milliseconds += 50
                _ = bench.host.controlTick(now: bench.now)
            }
            #expect(bench.host.isDeparting(shard) == isOut)
        }
    }
}
