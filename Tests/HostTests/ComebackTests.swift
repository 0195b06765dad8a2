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

    /// Nothing is left that says which one it was: no other node's replica is asked to go.
    @Test func whoseRecordsAreGoneIsNamedByTheOthers() throws {
        var bench = HostBench(node: 2)
        let unknown = LogName(shard: shard, replica: ReplicaID(0))
        bench.host.add(
            [SuspectReplica(name: unknown, descriptor: nil, reason: "test")], departed: DepartedReplicas())
        var asked: (number: UInt64, request: ReplicaRequest)?
        for _ in 0..<100 where asked == nil {
            bench.milliseconds += 50
            _ = bench.host.controlTick(now: bench.now)
            bench.turn()
            asked = change(bench.effects)
        }
        let first = try #require(asked)
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
        asked = nil
        var renamed: [LogName] = []
        for _ in 0..<100 where asked == nil {
            bench.milliseconds += 50
            _ = bench.host.controlTick(now: bench.now)
            bench.turn()
            renamed += bench.effects.suspicions.map(\.name)
            asked = change(bench.effects)
        }
        let second = try #require(asked)
        #expect(second.request.epoch == descriptor.epoch)
        #expect(second.request.change == ReplicaChange(remove: [ReplicaID(3)]))
        #expect(renamed == [LogName(shard: shard, replica: ReplicaID(3))])
    }
}
