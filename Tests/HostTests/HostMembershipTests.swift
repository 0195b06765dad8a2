import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// Replicas come, go, fall behind and forget, in whole clusters.
@Suite struct HostMembershipTests {
    private static func limits(slowFollowerEntriesMax: UInt64 = 10) -> HostLimits {
        var limits = HostLimits()
        limits.truncateAfterEntries = 4
        limits.raft.cacheBytesMax = 1_500
        limits.raft.slowFollowerEntriesMax = slowFollowerEntriesMax
        return limits
    }

    private func begin(_ cluster: HostCluster, clients: Int = 3) {
        cluster.addClients(clients)
        cluster.isBusy = true
        for client in cluster.clients { cluster.beginOperation(client) }
    }

    private func finish(_ cluster: HostCluster) throws {
        cluster.heal()
        cluster.run(milliseconds: 8_000) { cluster.clients.allSatisfy { $0.operation == nil } }
        #expect(cluster.clients.allSatisfy { $0.operation == nil }, "no progress within 8 s of the healing")
        cluster.readEverything()
        try cluster.compareReplicas()
        #expect(cluster.history.failures == [], "seed \(cluster.seed)")
        cluster.end()
    }

    /// A node that was down until the others had dropped what it lacks.
    @Test(arguments: UInt64(1)...6) func aFollowerThatIsFarBehindGetsASnapshot(seed: UInt64) throws {
        let cluster = try HostCluster(seed: seed, limits: Self.limits())
        begin(cluster)
        cluster.run(milliseconds: 300)
        cluster.kill(cluster.nodes[2])
        cluster.run(milliseconds: 2_000)
        cluster.boot(cluster.nodes[2])
        cluster.run(milliseconds: 4_000) { cluster.snapshots.installed >= 3 }
        #expect(cluster.snapshots.installed >= 1)
        #expect(cluster.nodes[2].host.counters.snapshotsInstalled >= 1)
        try finish(cluster)
    }

    /// Connections break all the time: the stream goes on where it was.
    @Test(arguments: UInt64(1)...6) func aSnapshotGoesOnAfterALostConnection(seed: UInt64) throws {
        let cluster = try HostCluster(seed: seed, limits: Self.limits())
        begin(cluster, clients: 6)
        cluster.run(milliseconds: 300)
        cluster.kill(cluster.nodes[2])
        cluster.run(milliseconds: 2_000)
        cluster.boot(cluster.nodes[2])
        for _ in 0..<60 {
            cluster.run(milliseconds: 15)
            cluster.reset(cluster.nodes[2], cluster.nodes[cluster.random.draw(0...1)])
        }
        cluster.run(milliseconds: 4_000) { cluster.snapshots.installed >= 1 }
        #expect(cluster.snapshots.installed >= 1)
        try finish(cluster)
    }

    /// Learner, snapshot, promotion, removal of another: the shard has moved, and nothing is left behind.
    @Test(arguments: UInt64(1)...6) func aReplicaMoves(seed: UInt64) throws {
        let cluster = try HostCluster(seed: seed, nodes: 4, members: 3, limits: Self.limits())
        begin(cluster)
        cluster.run(milliseconds: 500)
        let shard = cluster.descriptors[0].shard
        let added = try #require(cluster.complete(shard) { _ in ReplicaChange(addLearners: [NodeID(4)]) })
        let learner = try #require(added.configuration.learners.first)
        #expect(learner == Member(replica: ReplicaID(4), node: NodeID(4)))
        #expect(added.nextReplica == ReplicaID(5))
        let promoted = try #require(cluster.complete(shard) { _ in ReplicaChange(promote: [learner.replica]) })
        #expect(promoted.configuration.voters.count == 4)
        // The leader itself in every second story.
        let leader = cluster.leader(of: shard)?.id
        let leaving = try #require(
            promoted.configuration.voters.first { ($0.node == leader) == (seed % 2 == 0) })
        let removed = try #require(
            cluster.complete(shard) { descriptor in
                descriptor.configuration.member(leaving.replica).map { ReplicaChange(remove: [$0.replica]) }
            })
        #expect(removed.configuration.voters.count == 3)
        try finish(cluster)
        let gone = try #require(
            cluster.nodes.first { node in
                !removed.configuration.members.contains { $0.node == node.id }
            })
        #expect(gone.destroyed.count == 1)
        #expect(try DepartedReplicas.read(from: gone.engine).tombstones.map(\.shard) == [shard])
    }

    /// Two at once, through a joint configuration.
    @Test(arguments: UInt64(1)...4) func twoReplicasAreReplacedTogether(seed: UInt64) throws {
        let cluster = try HostCluster(seed: seed, shards: 1, nodes: 5, members: 3, limits: Self.limits())
        begin(cluster)
        cluster.run(milliseconds: 500)
        let shard = cluster.descriptors[0].shard
        let added = try #require(
            cluster.complete(shard) { _ in ReplicaChange(addLearners: [NodeID(4), NodeID(5)]) })
        let replaced = try #require(
            cluster.complete(shard) { descriptor in
                guard descriptor.configuration.voters == added.configuration.voters else { return nil }
                return ReplicaChange(
                    promote: added.configuration.learners.map(\.replica),
                    demote: [added.configuration.voters[0].replica],
                    remove: [added.configuration.voters[1].replica])
            })
        #expect(!replaced.configuration.isJoint)
        #expect(replaced.configuration.voters.count == 3)
        #expect(replaced.configuration.learners.count == 1)
        try finish(cluster)
    }

    /// What changes nothing is refused before anything changes.
    @Test func refusalsChangeNothing() throws {
        let cluster = try HostCluster(seed: 1, shards: 1, nodes: 4, members: 3, limits: Self.limits())
        defer { cluster.end() }
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 500)
        let shard = cluster.descriptors[0].shard
        func answer(_ change: ReplicaChange) -> RequestError? {
            guard let number = cluster.ask(shard, { _ in change }) else { return nil }
            cluster.run(milliseconds: 2_000) { cluster.changeAnswers[number] != nil }
            guard case .failure(let error) = cluster.changeAnswers[number] else { return nil }
            return error
        }
        guard case .invalidRequest = answer(ReplicaChange(addLearners: [NodeID(2)])) else {
            Issue.record("a node got two replicas")
            return
        }
        guard case .invalidRequest = answer(ReplicaChange(promote: [ReplicaID(9)])) else {
            Issue.record("a replica that is not there was promoted")
            return
        }
        guard case .invalidRequest = answer(ReplicaChange(remove: [1, 2, 3].map { ReplicaID($0) })) else {
            Issue.record("all voters left")
            return
        }
        let descriptor = try #require(cluster.descriptor(of: shard))
        #expect(descriptor.epoch == Epoch(version: 1, config: 1))
        let node = try #require(cluster.leader(of: shard))
        let old = ReplicaRequest(
            shard: shard, epoch: Epoch(version: 1, config: 0), change: ReplicaChange(remove: [ReplicaID(1)]))
        node.host.change(old, from: RequestReference(connection: 0, id: 77), now: cluster.instant(node))
        cluster.turn(node)
        cluster.run(milliseconds: 10) { cluster.changeAnswers[77] != nil }
        guard case .failure(.epochMismatch([descriptor])) = cluster.changeAnswers[77] else {
            Issue.record("a request of another epoch: \(String(describing: cluster.changeAnswers[77]))")
            return
        }
    }

    /// Rule 15: a replica that may have forgotten something comes back by itself, under a new id, as a voter.
    @Test(arguments: UInt64(1)...6) func aSuspectComesBack(seed: UInt64) throws {
        let cluster = try HostCluster(seed: seed, shards: 2, limits: Self.limits())
        begin(cluster)
        cluster.run(milliseconds: 500)
        let node = cluster.nodes[2]
        cluster.kill(node)
        for descriptor in cluster.descriptors {
            node.suspicions.append(
                SuspectReplica(
                    name: LogName(shard: descriptor.shard, replica: ReplicaID(3)), descriptor: descriptor,
                    reason: "a test"))
        }
        cluster.boot(node)
        if seed % 2 == 0 {
            // At any moment on the way.
            for _ in 0..<4 {
                cluster.run(milliseconds: cluster.random.draw(50...900))
                cluster.kill(cluster.nodes[cluster.random.draw(0...2)], .unsyncedLost)
                cluster.run(milliseconds: 300)
                for node in cluster.nodes where !node.isUp { cluster.boot(node) }
            }
        }
        cluster.run(milliseconds: 20_000) { isBack(node, cluster) }
        #expect(isBack(node, cluster))
        #expect(node.suspicions.isEmpty)
        try finish(cluster)
    }

    private func isBack(_ node: ClusterNode, _ cluster: HostCluster) -> Bool {
        cluster.descriptors.allSatisfy { first in
            guard let descriptor = cluster.descriptor(of: first.shard), !descriptor.configuration.isJoint else {
                return false
            }
            let own = descriptor.configuration.voters.first { $0.node == node.id }
            return own.map { $0.replica > ReplicaID(3) } ?? false
                && (try? DepartedReplicas.read(from: node.engine).returns.isEmpty) ?? false
        }
    }

    /// A store of which nothing is left: the members of its shards tell the node what it was.
    @Test func aNodeThatForgotEverythingComesBack() throws {
        let cluster = try HostCluster(seed: 5, shards: 2, limits: Self.limits())
        begin(cluster)
        cluster.run(milliseconds: 500)
        let node = cluster.nodes[2]
        cluster.kill(node)
        node.engine = MemoryEngine()
        node.hasForgotten = true
        cluster.boot(node)
        cluster.run(milliseconds: 20_000) { isBack(node, cluster) }
        #expect(isBack(node, cluster))
        try finish(cluster)
    }

    /// What those who live can agree on may be what they could never leave again.
    @Test func noConfigurationNeedsWhoDoesNotAnswer() throws {
        let cluster = try HostCluster(seed: 5, shards: 1, limits: Self.limits())
        begin(cluster)
        let shard = cluster.descriptors[0].shard
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 500)
        let leader = try #require(cluster.leader(of: shard))
        let others = cluster.nodes.filter { $0 !== leader }
        let sound = try #require(others[0].host.replica(of: shard)).group.member.replica
        cluster.kill(others[1])
        cluster.run(milliseconds: 2_000)
        func demote() throws -> Result<Descriptor, RequestError> {
            let number = try #require(cluster.ask(shard) { _ in ReplicaChange(demote: [sound]) })
            cluster.run(milliseconds: 1_000) { cluster.changeAnswers[number] != nil }
            return try #require(cluster.changeAnswers[number])
        }
        let refused = try demote()
        guard case .failure(.busy) = refused else {
            Issue.record("\(refused)")
            return
        }
        cluster.boot(others[1])
        cluster.run(milliseconds: 2_000)
        let done = try demote()
        guard case .success = done else {
            Issue.record("\(done)")
            return
        }
        try finish(cluster)
    }

    /// Members change at random while everything goes wrong.
    @Test("a random story", arguments: UInt64(1)...60) func random(seed: UInt64) throws {
        let cluster = try HostCluster(
            seed: seed, shards: 2, nodes: 5, members: 3, limits: Self.limits(slowFollowerEntriesMax: seed % 3 * 10))
        begin(cluster)
        cluster.startFaults()
        changeForever(cluster)
        cluster.run(milliseconds: 4_000) { !cluster.history.failures.isEmpty }
        try finish(cluster)
    }

    private func changeForever(_ cluster: HostCluster) {
        guard cluster.isBusy else { return }
        let shard = cluster.descriptors[cluster.random.draw(0...(cluster.descriptors.count - 1))].shard
        _ = cluster.ask(shard) { descriptor in drawChange(descriptor, cluster) }
        cluster.after(cluster.random.draw(20_000...200_000)) { changeForever(cluster) }
    }

    private func drawChange(_ descriptor: Descriptor, _ cluster: HostCluster) -> ReplicaChange? {
        let configuration = descriptor.configuration
        let absent = cluster.nodes.map(\.id).filter { id in !configuration.members.contains { $0.node == id } }
        switch cluster.random.draw(1...6) {
        case 1, 2:
            guard !absent.isEmpty else { return nil }
            return ReplicaChange(addLearners: [absent[cluster.random.draw(0...(absent.count - 1))]])
        case 3: return ReplicaChange(promote: configuration.learners.map(\.replica))
        case 4:
            guard configuration.voters.count > 2 else { return nil }
            let position = cluster.random.draw(0...(configuration.voters.count - 1))
            return ReplicaChange(remove: [configuration.voters[position].replica])
        case 5:
            guard configuration.voters.count > 3 else { return nil }
            return ReplicaChange(demote: [configuration.voters[0].replica])
        default:
            guard let learner = configuration.learners.first, configuration.voters.count > 1 else { return nil }
            let position = cluster.random.draw(0...(configuration.voters.count - 1))
            return ReplicaChange(promote: [learner.replica], remove: [configuration.voters[position].replica])
        }
    }
}
