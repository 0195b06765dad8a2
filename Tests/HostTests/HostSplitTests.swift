import Host
import Keyspace
import Raft
import Storage
import Testing
import Wire

/// Splits in whole clusters (rule 32).
@Suite struct HostSplitTests {
    private let child = ShardID(50)
    private let key = Fixture.key(0, 1)

    private func cluster(seed: UInt64, slowFollowerEntriesMax: UInt64 = 10) throws -> HostCluster {
        var limits = HostLimits()
        limits.truncateAfterEntries = 4
        limits.raft.slowFollowerEntriesMax = slowFollowerEntriesMax
        let cluster = try HostCluster(seed: seed, shards: 2, limits: limits)
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 100)
        return cluster
    }

    private func split(_ cluster: HostCluster, at key: Key? = nil) throws -> [Descriptor] {
        let number = try #require(
            cluster.split(cluster.descriptors[0].shard, at: key ?? self.key, child: child))
        cluster.run(milliseconds: 1_000) { cluster.splitAnswers[number] != nil }
        return try #require(cluster.splitAnswers[number])
    }

    private func put(_ cluster: HostCluster, _ key: Key, _ shard: ShardID, version: UInt64) throws {
        let node = try #require(cluster.leader(of: shard))
        let list = try Fixture.operations { try $0.put(key, [7]) }
        let request = WriteRequest(
            route: RouteStamp(shard: shard, version: version), operationCount: 1, operations: list.bytes)
        node.host.write(
            request, from: RequestReference(connection: 0, id: cluster.nextRequest), now: cluster.instant(node))
        cluster.nextRequest += 1
        cluster.scheduleTurn(node)
    }

    /// The child is led where its parent is, before a client would notice.
    @Test(arguments: UInt64(1)...8) func theChildIsLedAtOnce(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let node = try #require(cluster.leader(of: shard))
        let began = cluster.now
        let parts = try split(cluster)
        #expect(parts.map(\.shard) == [shard, child])
        #expect(parts.map(\.epoch.version) == [2, 2])
        #expect(parts[0].range.end == key && parts[1].range.start == key)
        cluster.run(milliseconds: 1_000) { cluster.leader(of: child) != nil }
        #expect(cluster.leader(of: child) === node)
        #expect(cluster.now - began < 100_000_000)
        cluster.run(milliseconds: 500)
        for node in cluster.nodes {
            #expect(node.host.replica(of: shard)?.descriptor == parts[0])
            #expect(node.host.replica(of: child)?.descriptor == parts[1])
            let state = try #require(node.applier.state(of: child))
            #expect(state.applied.appliedIndex > .zero)
        }
        #expect(cluster.history.failures == [])
        cluster.end()
    }

    /// A follower that was down until the others had dropped the split gets both parts by snapshots, as the voter that
    /// it always was.
    @Test(arguments: UInt64(1)...6) func aFollowerMayComePastTheSplit(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let other = try #require(cluster.nodes.first { $0 !== leader })
        cluster.kill(other, seed % 2 == 0 ? .processDies : .unsyncedLost)
        cluster.run(milliseconds: 3_000) { cluster.leader(of: shard) != nil }
        let parts = try split(cluster)
        cluster.run(milliseconds: 1_000) { cluster.leader(of: child) != nil }
        for number in UInt64(0)..<60 {
            try put(cluster, Fixture.key(0, 0), shard, version: 2)
            if number % 2 == 0 { try put(cluster, Fixture.key(0, 2), child, version: 2) }
            cluster.run(milliseconds: 20)
        }
        cluster.boot(other)
        cluster.run(milliseconds: 8_000) {
            other.host.replica(of: child) != nil && other.host.replica(of: shard)?.descriptor == parts[0]
                && other.host.counters.snapshotsInstalled >= 2
        }
        #expect(other.host.counters.snapshotsInstalled >= 2)
        #expect(other.host.replica(of: child)?.descriptor == parts[1])
        #expect(other.suspicions == [])
        cluster.run(milliseconds: 2_000)
        for part in parts {
            let rows = try Rows.replicated(of: part, in: leader.engine)
            #expect(try Rows.replicated(of: part, in: other.engine).map(\.value) == rows.map(\.value))
        }
        cluster.end()
    }

    /// Every one of them before anything has changed.
    @Test func whatCannotBeSplitIsRefused() throws {
        let cluster = try cluster(seed: 3)
        let shard = cluster.descriptors[0].shard
        let node = try #require(cluster.leader(of: shard))
        let descriptor = try #require(node.host.replica(of: shard)?.descriptor)
        func refusal(_ key: Key, epoch: Epoch? = nil, shard: ShardID = shard) -> RequestError? {
            node.host.refusal(of: SplitRequest(shard: shard, epoch: epoch ?? descriptor.epoch, key: key))
        }
        #expect(refusal(key) == nil)
        let wrong = [descriptor.range.start, descriptor.range.end, Fixture.key(1, 1), .system("a"), .end]
        for key in wrong {
            guard case .invalidRequest = refusal(key) else {
                Issue.record("\(key) is not refused")
                continue
            }
        }
        let long = Key(descriptor.range.start.bytes + [UInt8](repeating: 1, count: KeyLimits.keyBytesMax))
        guard case .invalidRequest = refusal(long) else { throw Refused() }
        #expect(refusal(key, epoch: Epoch(version: 1, config: 2)) == .epochMismatch([descriptor]))
        #expect(refusal(key, shard: ShardID(99)) == .epochMismatch([]))
        let follower = try #require(cluster.nodes.first { $0 !== node })
        let request = SplitRequest(shard: shard, epoch: descriptor.epoch, key: key)
        guard case .notLeader = follower.host.refusal(of: request) else { throw Refused() }
        cluster.end()
    }

    /// Under an id that is taken, or older than its parent's, nothing is proposed.
    @Test(arguments: [UInt64(1), 2, 3]) func theNewIDIsNobodys(id: UInt64) throws {
        let cluster = try cluster(seed: 5)
        let shard = cluster.descriptors[0].shard
        let last = try #require(cluster.leader(of: shard)?.host.replica(of: shard)?.group.lastIndex)
        let number = try #require(cluster.split(shard, at: key, child: ShardID(id)))
        cluster.run(milliseconds: 500) { cluster.changeAnswers[number] != nil }
        guard case .failure(.unavailable) = cluster.changeAnswers[number] else { throw Refused() }
        #expect(cluster.leader(of: shard)?.host.replica(of: shard)?.group.lastIndex == last)
        cluster.end()
    }

    private struct Refused: Error {}

    /// Of two at the same moment one wins, and the other is told.
    @Test func oneOfTwoWins() throws {
        let cluster = try cluster(seed: 4)
        let shard = cluster.descriptors[0].shard
        let first = try #require(cluster.split(shard, at: key, child: child))
        let second = try #require(cluster.split(shard, at: Fixture.key(0, 2), child: ShardID(51)))
        cluster.run(milliseconds: 1_000) { cluster.splitAnswers[first] != nil }
        #expect(cluster.splitAnswers[first]?.count == 2)
        guard case .failure(.busy) = cluster.changeAnswers[second] else { throw Refused() }
        #expect(cluster.nodes.allSatisfy { $0.host.replica(of: ShardID(51)) == nil })
        cluster.end()
    }

    /// A request that was under way is told both parts, and nothing of it took effect.
    @Test(arguments: UInt64(1)...6) func whatIsUnderWayIsToldBothParts(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let number = try #require(cluster.split(shard, at: key, child: child))
        var puts: [UInt64] = []
        for _ in 0..<5 {
            puts.append(cluster.nextRequest)
            try put(cluster, Fixture.key(0, 2), shard, version: 1)
            cluster.run(milliseconds: 1)
        }
        cluster.run(milliseconds: 1_000) { puts.allSatisfy { cluster.changeAnswers[$0] != nil } }
        let parts = try #require(cluster.splitAnswers[number])
        for put in puts {
            #expect(cluster.changeAnswers[put] == .failure(.epochMismatch(parts)))
        }
        cluster.end()
    }
}
