import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// What the rules promise of single events, each as a story on a quiet cluster.
@Suite struct HostStoryTests {
    /// A cluster whose shards all have leaders with leases, and nothing else to do.
    private func settled(seed: UInt64 = 1, shards: Int = 3, wait: Int = 2_000) throws -> HostCluster {
        let cluster = try HostCluster(seed: seed, shards: shards)
        cluster.run(milliseconds: wait)
        #expect(cluster.everyShardHasLeader)
        return cluster
    }

    /// Milliseconds until another node leads the shard.
    private func changeTime(_ cluster: HostCluster, from old: ClusterNode, _ shard: ShardID) -> Int64 {
        let begin = cluster.now
        cluster.run(milliseconds: 10_000) {
            guard let leader = cluster.leader(of: shard) else { return false }
            return leader !== old
        }
        return (cluster.now - begin) / 1_000_000
    }

    // MARK: Failures

    /// Rule 3: a crash costs about a promise and one round.
    @Test("the leader's process ends: another leads within 250 ms", arguments: UInt64(1)...10)
    func kill(seed: UInt64) throws {
        let cluster = try settled(seed: seed)
        defer { cluster.end() }
        let shard = cluster.descriptors[0].shard
        let old = try #require(cluster.leader(of: shard))
        cluster.kill(old)
        let milliseconds = changeTime(cluster, from: old, shard)
        #expect(milliseconds <= 250, "seed \(seed)")
        #expect(milliseconds >= 90, "seed \(seed): the promise was not kept")
    }

    /// Rule 3: without the closed connection it costs at most the election timeout.
    @Test("the leader's process freezes: another leads within 3 s", arguments: UInt64(1)...5)
    func freeze(seed: UInt64) throws {
        let cluster = try settled(seed: seed)
        defer { cluster.end() }
        let shard = cluster.descriptors[0].shard
        let old = try #require(cluster.leader(of: shard))
        cluster.pause(old)
        let milliseconds = changeTime(cluster, from: old, shard)
        #expect(milliseconds <= 3_000, "seed \(seed)")
        #expect(milliseconds >= 900, "seed \(seed): the election timeout was cut short")
        cluster.resume(old)
        cluster.run(milliseconds: 100)
        #expect(old.host.replica(of: shard)?.group.role == .follower)
    }

    /// Rule 3: a closed connection is a hint, never proof; the leader is heard again before its promise ends.
    @Test("a reset connection changes no leader", arguments: UInt64(1)...5)
    func reset(seed: UInt64) throws {
        let cluster = try settled(seed: seed)
        defer { cluster.end() }
        let leaders = cluster.descriptors.map { cluster.leader(of: $0.shard)?.id }
        cluster.reset(cluster.nodes[0], cluster.nodes[1])
        cluster.run(milliseconds: 1_000)
        #expect(cluster.descriptors.map { cluster.leader(of: $0.shard)?.id } == leaders)
    }

    /// Rules 1 and 2: the others may elect another leader as soon as their promises end, and not before the old
    /// one's lease does; it still believes to lead, and its clients still reach it.
    @Test("a leader that lost the others serves nothing old", arguments: UInt64(1)...10)
    func deposed(seed: UInt64) throws {
        let cluster = try settled(seed: seed)
        defer { cluster.end() }
        let shard = cluster.descriptors[0].shard
        let old = try #require(cluster.leader(of: shard))
        for peer in cluster.nodes where peer !== old {
            cluster.block(true, from: old, to: peer)
            cluster.block(true, from: peer, to: old)
            cluster.close(on: peer, with: old, closedByPeer: true)
        }
        #expect(changeTime(cluster, from: old, shard) <= 250, "seed \(seed)")
        cluster.addClients(6)
        let writer = cluster.clients[5]
        writer.guesses[0] = try #require(cluster.leader(of: shard)).position
        cluster.begin(.put(Fixture.key(0, 1), [1]), writer)
        cluster.run(milliseconds: 400) { writer.operation == nil }
        try #require(writer.operation == nil)
        try #require(old.host.replica(of: shard)?.group.role == .leader)
        for reader in cluster.clients.dropLast() {
            reader.guesses[0] = old.position
            cluster.begin(.get(Fixture.key(0, 1)), reader)
        }
        cluster.run(milliseconds: 5_000) { cluster.clients.allSatisfy { $0.operation == nil } }
        #expect(cluster.clients.allSatisfy { $0.operation == nil }, "seed \(seed): a read found no leader")
        #expect(cluster.history.failures == [], "seed \(seed)")
    }

    // MARK: Quiet

    /// Rule 7: a quiet group has no deadline, and nobody writes.
    @Test("a quiet cluster has no deadline, writes nothing and sends control frames only")
    func quiet() throws {
        let cluster = try settled(wait: 4_000)
        defer { cluster.end() }
        let writes = cluster.nodes.map(\.logWrites)
        let messages = cluster.framesSent.raft
        cluster.run(milliseconds: 3_000)
        #expect(cluster.nodes.map(\.logWrites) == writes)
        #expect(cluster.framesSent.raft == messages)
        for node in cluster.nodes {
            #expect(node.host.deadline == .distantFuture)
            #expect(node.host.counters.leaseDrops == 0)
        }
    }

    @Test("control frames do not depend on the number of shards")
    func frameCount() throws {
        let counts = try [1, 12].map { shards in
            let cluster = try settled(shards: shards)
            defer { cluster.end() }
            let before = cluster.framesSent.control
            cluster.run(milliseconds: 1_000)
            return cluster.framesSent.control - before
        }
        // Six ways, twenty frames a second, each with its answer.
        for count in counts { #expect(abs(count - 240) <= 12) }
    }

    /// Rule 25: nothing moves, and a read is served at once all the same.
    @Test("a quiet leader still has its lease")
    func quietLease() throws {
        let cluster = try settled(wait: 3_000)
        defer { cluster.end() }
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let group = try #require(leader.host.replica(of: shard)?.group)
        #expect(group.leaseExpiry(neighbours: leader.host.neighbourhood) > cluster.instant(leader))
        cluster.addClients(1)
        let client = cluster.clients[0]
        client.guesses[0] = leader.position
        let rounds = leader.host.counters.roundReads
        cluster.begin(.get(Fixture.key(0, 1)), client)
        cluster.run(milliseconds: 1_000) { client.operation == nil }
        #expect(client.operation == nil)
        #expect(cluster.nodes.map(\.host.counters.roundReads).reduce(0, +) == rounds)
    }

    /// Rule 21: nothing moves replicated time in a quiet shard, so the read itself has to.
    @Test("a read of a record that is due commits an entry first, and finds nothing")
    func dueRecord() throws {
        let cluster = try settled()
        defer { cluster.end() }
        cluster.addClients(1)
        let client = cluster.clients[0]
        let leader = try #require(cluster.leader(of: cluster.descriptors[0].shard))
        client.expiry = leader.host.clock.milliseconds(at: cluster.instant(leader)) + 500
        cluster.begin(.put(Fixture.key(0, 1), [1]), client)
        cluster.run(milliseconds: 400) { client.operation == nil }
        try #require(client.operation == nil)
        cluster.begin(.get(Fixture.key(0, 1)), client)
        cluster.run(milliseconds: 50) { client.operation == nil }
        #expect(client.found?.value == [1])

        cluster.run(milliseconds: 1_000)
        let last = leader.host.replica(of: cluster.descriptors[0].shard)?.group.lastIndex
        cluster.begin(.get(Fixture.key(0, 1)), client)
        cluster.run(milliseconds: 400) { client.operation == nil }
        #expect(client.operation == nil)
        #expect(client.found == nil)
        #expect(leader.host.replica(of: cluster.descriptors[0].shard)?.group.lastIndex == last?.next)
        #expect(cluster.history.failures == [])
    }

    /// Rule 20: with honest clocks the cluster's clock keeps wall time, whatever the network's latency.
    @Test("latency does not slow the cluster clock down", arguments: [9_000...11_000, 1_000...30_000])
    func clockKeepsTime(latency: ClosedRange<Int>) throws {
        let cluster = try HostCluster(seed: 5)
        defer { cluster.end() }
        cluster.latency = latency
        cluster.run(milliseconds: 1_000)
        let before = cluster.nodes.map { $0.host.clock.milliseconds(at: cluster.instant($0)) }
        cluster.run(milliseconds: 8_000)
        let passed = cluster.nodes.map { $0.host.clock.milliseconds(at: cluster.instant($0)) }
        let mean = zip(passed, before).reduce(0) { $0 + Int64($1.0 - $1.1) } / 3
        #expect(abs(mean - 8_000) <= 15)
        #expect(spread(passed) + 50 < spread(before), "the clocks do not come together")
    }

    private func spread(_ clocks: [UInt64]) -> UInt64 { (clocks.max() ?? 0) - (clocks.min() ?? 0) }
}
