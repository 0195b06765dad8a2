import Host
import Keyspace
import Raft
import Storage
import Testing
import Wire

/// Merges in whole clusters (rule 33).
@Suite struct HostMergeTests {
    private let left = ShardID(2)
    private let right = ShardID(3)

    private func cluster(seed: UInt64, limits: HostLimits = HostLimits()) throws -> HostCluster {
        let cluster = try HostCluster(seed: seed, shards: 3, limits: limits)
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 100)
        return cluster
    }

    private func put(_ cluster: HostCluster, _ key: Key, _ shard: ShardID, version: UInt64) throws -> UInt64 {
        let node = try #require(cluster.leader(of: shard))
        return try put(cluster, key, shard, version: version, at: node)
    }

    private func put(
        _ cluster: HostCluster, _ key: Key, _ shard: ShardID, version: UInt64, at node: ClusterNode
    ) throws -> UInt64 {
        let list = try Fixture.operations { try $0.put(key, [7]) }
        let request = WriteRequest(
            route: RouteStamp(shard: shard, version: version), operationCount: 1, operations: list.bytes)
        let number = cluster.nextRequest
        node.host.write(request, from: RequestReference(connection: 0, id: number), now: cluster.instant(node))
        cluster.nextRequest += 1
        cluster.scheduleTurn(node)
        return number
    }

    private func merge(_ cluster: HostCluster) throws -> Result<Descriptor, RequestError> {
        let number = try #require(cluster.merge(left, with: right))
        cluster.run(milliseconds: 3_000) { cluster.changeAnswers[number] != nil }
        return try #require(cluster.changeAnswers[number])
    }

    /// Wherever the two are led, it takes a few round trips; every node has the whole, and nothing of the other one.
    @Test(arguments: UInt64(1)...10) func oneBecomesOfTwo(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        _ = try put(cluster, Fixture.key(0, 1), left, version: 1)
        _ = try put(cluster, Fixture.key(1, 1), right, version: 1)
        cluster.run(milliseconds: 200)
        let began = cluster.now
        let whole = try merge(cluster).get()
        #expect(cluster.now - began < 200_000_000)
        #expect(whole.epoch == Epoch(version: 2, config: 1))
        #expect(whole.range == KeyRange(start: .user([0]), end: .user([2])))
        cluster.run(milliseconds: 500)
        for node in cluster.nodes {
            #expect(node.host.replica(of: left)?.descriptor == whole)
            #expect(node.host.replica(of: right) == nil)
            #expect(node.applier.state(of: right) == nil)
            #expect(try Rows.all(in: node.engine, space: Key.userSpace).count == 2)
            #expect(node.destroyed.map(\.shard) == [right])
            #expect(node.suspicions == [])
        }
        #expect(cluster.history.failures.allSatisfy { $0.contains("written") })
        cluster.end()
    }

    /// Whoever means the shard that is no more is told the whole at once, on every node and after a start (rule 35).
    @Test func theWholeAnswersForItsPart() throws {
        let cluster = try cluster(seed: 3)
        let whole = try merge(cluster).get()
        cluster.run(milliseconds: 500)
        for node in cluster.nodes {
            let number = try put(cluster, Fixture.key(1, 1), right, version: 1, at: node)
            cluster.run(milliseconds: 50)
            #expect(cluster.changeAnswers[number] == .failure(.epochMismatch([whole])))
        }
        let node = try #require(cluster.nodes.first)
        cluster.kill(node, .processDies)
        cluster.boot(node)
        cluster.run(milliseconds: 1_000)
        let number = try put(cluster, Fixture.key(1, 1), right, version: 1, at: node)
        cluster.run(milliseconds: 50)
        #expect(cluster.changeAnswers[number] == .failure(.epochMismatch([whole])))
        cluster.end()
    }

    /// A node that does not answer keeps the freeze from being everywhere: both go on as they were.
    @Test(arguments: UInt64(1)...6) func aMergeThatCannotBeIsGivenUp(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let leaders = [left, right].compactMap { cluster.leader(of: $0)?.id }
        let other = try #require(cluster.nodes.first { !leaders.contains($0.id) })
        let number = try #require(cluster.merge(left, with: right))
        cluster.kill(other, .processDies)
        cluster.run(milliseconds: 3_000) { cluster.changeAnswers[number] != nil }
        guard case .failure = cluster.changeAnswers[number] else { throw Refused() }
        cluster.run(milliseconds: 2_000)
        // Not at once again.
        let second = try #require(cluster.merge(left, with: right))
        cluster.run(milliseconds: 100)
        guard case .failure = cluster.changeAnswers[second] else { throw Refused() }
        let version = try #require(cluster.descriptor(of: right)?.epoch.version)
        let written = try put(cluster, Fixture.key(1, 1), right, version: version)
        cluster.run(milliseconds: 500)
        #expect(cluster.changeAnswers[written] == nil)
        let leader = try #require(cluster.leader(of: right))
        #expect(try Rows.all(in: leader.engine, space: Key.userSpace).count == 1)
        #expect(leader.host.replica(of: right)?.isFrozen == false)
        cluster.end()
    }

    /// Every one of them before anything has changed.
    @Test func whatCannotBeMergedIsRefused() throws {
        let cluster = try cluster(seed: 4)
        let node = try #require(cluster.leader(of: left))
        let (own, neighbour) = (cluster.descriptors[0], cluster.descriptors[1])
        func refusal(_ change: (inout MergeRequest) -> Void = { _ in }) -> RequestError? {
            var request = MergeRequest(
                shard: left, epoch: own.epoch, right: right, rightEpoch: neighbour.epoch)
            change(&request)
            return node.host.refusal(of: request, now: cluster.instant(node))
        }
        #expect(refusal() == nil)
        #expect(refusal { $0.epoch.version = 2 } == .epochMismatch([own]))
        #expect(refusal { $0.rightEpoch.version = 2 } == .epochMismatch([own, neighbour]))
        #expect(refusal { $0.right = ShardID(4) } == .epochMismatch([own, cluster.descriptors[2]]))
        #expect(refusal { $0.shard = ShardID(99) } == .epochMismatch([]))
        guard case .invalidRequest = refusal({ $0.right = ShardID(99) }) else { throw Refused() }
        let follower = try #require(cluster.nodes.first { $0 !== node })
        let request = MergeRequest(shard: left, epoch: own.epoch, right: right, rightEpoch: neighbour.epoch)
        guard case .notLeader = follower.host.refusal(of: request, now: cluster.instant(follower)) else {
            throw Refused()
        }
        // A replica is away: it would not hold the freeze.
        cluster.kill(follower, .processDies)
        cluster.run(milliseconds: 500)
        guard case .unavailable = refusal() else { throw Refused() }
        cluster.end()
    }

    /// Of two overlapping merges one at most takes place at a time, and both shards serve afterwards.
    @Test(arguments: UInt64(1)...6) func twoAtOnce(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let last = ShardID(4)
        let first = try #require(cluster.merge(left, with: right))
        let second = try #require(cluster.merge(right, with: last))
        cluster.run(milliseconds: 3_000) {
            cluster.changeAnswers[first] != nil && cluster.changeAnswers[second] != nil
        }
        cluster.run(milliseconds: 2_000)
        let answers = [first, second].compactMap { cluster.changeAnswers[$0] }
        #expect(answers.count == 2)
        for node in cluster.nodes {
            let ranges = node.host.replicas.filter { !$0.isRetired }.map(\.descriptor.range)
                .sorted { $0.start < $1.start }
            for (one, next) in zip(ranges, ranges.dropFirst()) { #expect(one.end == next.start) }
            #expect(node.host.replicas.allSatisfy { $0.isRetired || !$0.merge.isBusy })
        }
        cluster.end()
    }

    /// A replica whose neighbour turns out unreadable before it has absorbed that waits for a snapshot, and the
    /// neighbour goes; nobody takes the replica itself for lost.
    @Test(arguments: UInt64(1)...8) func whoLacksTheNeighbourWaitsForASnapshot(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let (leader, other) = try loseTheNeighbour(cluster)
        cluster.run(milliseconds: 10_000) {
            other.host.replica(of: left)?.merge.absorbed == [right] && other.host.suspects.isEmpty
                && other.host.counters.snapshotsInstalled > 0
        }
        #expect(other.host.counters.snapshotsInstalled > 0)
        #expect(other.host.suspects.isEmpty && other.suspicions.isEmpty)
        let whole = try #require(leader.host.replica(of: left)?.descriptor)
        #expect(other.host.replica(of: left)?.descriptor == whole)
        cluster.run(milliseconds: 500)
        let rows = try Rows.all(in: leader.engine, space: Key.userSpace).map(\.value)
        #expect(rows.count == 1)
        #expect(try Rows.all(in: other.engine, space: Key.userSpace).map(\.value) == rows)
        cluster.end()
    }

    /// A merge begins, and a replica of the right shard turns out unreadable on a node that leads neither, before the
    /// left one there has absorbed it. The left shard's leader, and that node.
    private func loseTheNeighbour(_ cluster: HostCluster) throws -> (leader: ClusterNode, other: ClusterNode) {
        _ = try put(cluster, Fixture.key(1, 1), right, version: 1)
        cluster.run(milliseconds: 200)
        _ = try #require(cluster.merge(left, with: right))
        // Everybody holds the freeze, and the left shard has yet to hear of it.
        cluster.run(milliseconds: 1_000) {
            guard let replica = cluster.leader(of: right)?.host.replica(of: right), let frozen = replica.merge.frozen
            else { return false }
            return replica.group.isHeldByAll(frozen.position.index)
        }
        let leader = try #require(cluster.leader(of: left))
        let neighbour = try #require(cluster.leader(of: right))
        let other = try #require(cluster.nodes.first { $0 !== leader && $0 !== neighbour })
        other.host.suspect(right, "a block does not read")
        cluster.scheduleTurn(other)
        return (leader, other)
    }

    /// What the others write meanwhile is refused there beyond a bound, and is not missing afterwards.
    @Test(arguments: UInt64(1)...6) func whoWaitsForASnapshotTakesSoMuch(seed: UInt64) throws {
        var limits = HostLimits()
        limits.raft.cacheBytesMax = 1_500
        limits.raft.barrierBytesMax = 4_000
        limits.mergePatience = .seconds(2)
        let cluster = try cluster(seed: seed, limits: limits)
        let (leader, other) = try loseTheNeighbour(cluster)
        cluster.run(milliseconds: 1_000) { cluster.descriptor(of: left)?.epoch.version == 2 }
        var held = 0
        for number in 0..<200 {
            _ = try put(cluster, Fixture.key(number % 2, number), left, version: 2)
            cluster.run(milliseconds: 5)
            held = max(held, other.host.replica(of: left)?.group.cachedBytes ?? 0)
        }
        #expect(other.host.replica(of: left)?.group.barrier != nil)
        #expect(held >= 4_000 && held < 8_000)
        cluster.run(milliseconds: 15_000) {
            guard let own = other.host.replica(of: left), own.group.barrier == nil, other.host.suspects.isEmpty else {
                return false
            }
            return own.group.appliedIndex == leader.host.replica(of: left)?.group.appliedIndex
        }
        let rows = try Rows.all(in: leader.engine, space: Key.userSpace).map(\.value)
        #expect(rows.count == 200)
        #expect(try Rows.all(in: other.engine, space: Key.userSpace).map(\.value) == rows)
        cluster.end()
    }

    private struct Refused: Error {}
}
