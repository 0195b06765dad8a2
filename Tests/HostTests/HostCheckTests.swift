import Host
import Keyspace
import Raft
import Storage
import Testing
import Wire

/// Checks in whole clusters (rule 39).
@Suite struct HostCheckTests {
    private func cluster(seed: UInt64, limits: HostLimits = HostLimits()) throws -> HostCluster {
        let cluster = try HostCluster(seed: seed, shards: 1, limits: limits)
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 200)
        for number in 0..<20 { try put(cluster, number) }
        cluster.run(milliseconds: 300)
        return cluster
    }

    private func put(_ cluster: HostCluster, _ number: Int) throws {
        let shard = cluster.descriptors[0].shard
        let node = try #require(cluster.leader(of: shard))
        let list = try Fixture.operations { try $0.put(Fixture.key(0, number), [UInt8(number)]) }
        let request = WriteRequest(
            route: RouteStamp(shard: shard, version: 1), operationCount: 1, operations: list.bytes)
        node.host.write(
            request, from: RequestReference(connection: 0, id: cluster.nextRequest), now: cluster.instant(node))
        cluster.nextRequest += 1
        cluster.scheduleTurn(node)
        cluster.run(milliseconds: 5)
    }

    /// Silently makes a row of a node another one.
    private func alter(_ node: ClusterNode) {
        node.engine.rot(Fixture.key(0, 3).bytes, to: DataValue.header(version: Timestamp(7)).array + [99])
    }

    @Test(arguments: UInt64(1)...6) func aSoundShardIsEqualWhileItIsWritten(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        for round in 0..<5 {
            for number in 0..<5 { try put(cluster, round * 5 + number) }
            let check = try #require(cluster.check(shard))
            #expect(check.verdict == .equal)
            #expect(check.replicas.count == 3)
        }
        #expect(cluster.nodes.allSatisfy { $0.suspicions.isEmpty })
        cluster.end()
    }

    @Test(arguments: UInt64(1)...8) func aReplicaThatDiffersIsReplaced(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        // The leader itself in some of them.
        let victim = try #require(seed % 3 == 0 ? leader : cluster.nodes.first { $0 !== leader })
        let former = try #require(victim.host.replica(of: shard)).group.member.replica
        alter(victim)
        let check = try #require(cluster.check(shard))
        #expect(check.verdict == .divergent)
        #expect(check.replicas.filter { $0.finding != .equal }.map(\.member.node) == [victim.id])
        #expect(check.replicas.contains { $0.finding == .dataDiffers })
        cluster.run(milliseconds: 30_000) {
            guard let descriptor = cluster.descriptor(of: shard) else { return false }
            return descriptor.configuration.voters.count == 3 && descriptor.configuration.member(former) == nil
                && !descriptor.configuration.isJoint && victim.host.replica(of: shard) != nil
        }
        let replica = try #require(victim.host.replica(of: shard))
        #expect(replica.group.member.replica > former)
        #expect(victim.suspicions == [])
        #expect(try #require(cluster.check(shard)).verdict == .equal)
        cluster.end()
    }

    /// Who differs goes because the others are a majority: they have to stay one.
    @Test(arguments: UInt64(1)...4) func noConfigurationNeedsAReplicaThatIsGoing(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let others = cluster.nodes.filter { $0 !== leader }
        alter(others[0])
        #expect(try #require(cluster.check(shard)).verdict == .divergent)
        let sound = try #require(others[1].host.replica(of: shard)).group.member.replica
        let number = try #require(cluster.ask(shard) { _ in ReplicaChange(remove: [sound]) })
        cluster.run(milliseconds: 5) { cluster.changeAnswers[number] != nil }
        guard case .failure(.busy) = cluster.changeAnswers[number] else {
            Issue.record("\(String(describing: cluster.changeAnswers[number]))")
            return
        }
        cluster.run(milliseconds: 30_000) { cluster.check(shard)?.verdict == .equal }
        #expect(try #require(cluster.check(shard)).verdict == .equal)
        cluster.end()
    }

    /// A leader that is found out gives way. The next one, which was not told yet, may accept that a sound replica
    /// leaves: then the shard needs the other one, until there is a third that can tell who is right.
    @Test(arguments: UInt64(1)...4) func whoGaveWayGoesOnlyByTheWordOfTheNextLeader(seed: UInt64) throws {
        let cluster = try cluster(seed: seed)
        let shard = cluster.descriptors[0].shard
        let former = try #require(cluster.leader(of: shard))
        alter(former)
        #expect(try #require(cluster.check(shard)).verdict == .divergent)
        cluster.run(milliseconds: 1_000) { cluster.leader(of: shard).map { $0 !== former } ?? false }
        let leader = try #require(cluster.leader(of: shard))
        #expect(leader !== former)
        let third = try #require(cluster.nodes.first { $0 !== former && $0 !== leader })
        let sound = try #require(third.host.replica(of: shard)).group.member.replica
        var isAccepted = false
        for _ in 0..<200 where !isAccepted && former.suspicions.isEmpty {
            let number = try #require(cluster.ask(shard) { _ in ReplicaChange(remove: [sound]) })
            cluster.run(milliseconds: 20) { cluster.changeAnswers[number] != nil }
            if case .success = cluster.changeAnswers[number] { isAccepted = true }
        }
        #expect(isAccepted == former.suspicions.isEmpty)
        cluster.run(milliseconds: 5_000) { cluster.leader(of: shard) != nil }
        try put(cluster, 1)
        if isAccepted {
            #expect(try #require(cluster.check(shard)).verdict == .divided)
            // A third one may come, and tells.
            for change in [ReplicaChange(addLearners: [third.id]), ReplicaChange(promote: [ReplicaID(4)])] {
                #expect(cluster.complete(shard) { $0.configuration.voters.count < 3 ? change : nil } != nil)
            }
        }
        cluster.run(milliseconds: 30_000) {
            cluster.descriptor(of: shard)?.configuration.voters.count == 3 && cluster.check(shard)?.verdict == .equal
        }
        #expect(try #require(cluster.check(shard)).verdict == .equal)
        cluster.end()
    }

    @Test func withoutAMajorityNothingIsDestroyed() throws {
        let cluster = try cluster(seed: 11)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let others = cluster.nodes.filter { $0 !== leader }
        cluster.kill(others[0])
        alter(others[1])
        let check = try #require(cluster.check(shard))
        #expect(check.verdict == .divided)
        #expect(leader.host.checkNotes.count == 1)
        cluster.run(milliseconds: 3_000)
        #expect(cluster.nodes.allSatisfy { $0.suspicions.isEmpty })
        // With the third one there is a majority.
        cluster.boot(others[0])
        cluster.run(milliseconds: 1_000)
        #expect(try #require(cluster.check(shard)).verdict == .divergent)
        cluster.run(milliseconds: 30_000) { cluster.check(shard)?.verdict == .equal }
        #expect(cluster.leader(of: shard)?.host.checkNotes == [])
        cluster.end()
    }

    @Test func whoIsDownIsNamedAndNotWaitedFor() throws {
        let cluster = try cluster(seed: 12)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let other = try #require(cluster.nodes.first { $0 !== leader })
        cluster.kill(other)
        let began = cluster.now
        let check = try #require(cluster.check(shard))
        #expect(check.verdict == .incomplete)
        #expect(check.replicas.filter { $0.finding == .notHeard }.map(\.member.node) == [other.id])
        #expect(cluster.now - began < 4_000_000_000)
        cluster.end()
    }

    /// It never applies the entry, so it cannot tell.
    @Test(arguments: UInt64(21)...28) func whoGoesPastTheCheckBySnapshotIsNotWaitedFor(seed: UInt64) throws {
        var limits = HostLimits()
        limits.truncateAfterEntries = 4
        limits.raft.slowFollowerEntriesMax = 4
        let cluster = try cluster(seed: seed, limits: limits)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let other = try #require(cluster.nodes.first { $0 !== leader })
        cluster.kill(other)
        cluster.run(milliseconds: 3_000) { cluster.leader(of: shard) != nil }
        for number in 0..<30 { try put(cluster, number) }
        cluster.boot(other)
        cluster.run(milliseconds: Int(seed % 4) * 40)
        let began = cluster.now
        #expect(cluster.check(shard, milliseconds: 40_000) != nil)
        #expect(cluster.now - began < 10_000_000_000)
        cluster.run(milliseconds: 5_000)
        #expect(other.host.counters.snapshotsInstalled > 0)
        #expect(try #require(cluster.check(shard)).verdict == .equal)
        cluster.end()
    }

    /// A shard that changes is checked again and again, and one that does not change only once.
    @Test func whatChangesIsChecked() throws {
        var limits = HostLimits()
        limits.checkInterval = .seconds(2)
        let cluster = try cluster(seed: 13, limits: limits)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        for second in 0..<20 {
            try put(cluster, second)
            cluster.run(milliseconds: 1_000)
        }
        let checks = leader.host.counters.checks
        #expect((5...12).contains(checks))
        cluster.run(milliseconds: 5_000)
        let last = leader.host.counters.checks
        cluster.run(milliseconds: 60_000)
        #expect(leader.host.counters.checks == last)
        #expect(leader.host.counters.divergences == 0)
        cluster.end()
    }

    /// The first time somewhere in the first interval, whatever the shard's number.
    @Test func everyShardIsCheckedWithinItsInterval() throws {
        let cluster = try HostCluster(seed: 15, shards: 4)
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        // The entry of a new leader is a change.
        cluster.run(milliseconds: 64_000)
        #expect(cluster.nodes.reduce(0) { $0 + $1.host.counters.checks } >= 4)
        #expect(cluster.nodes.allSatisfy { $0.suspicions.isEmpty })
        cluster.end()
    }

    /// A shard is waited for as long as its size says.
    @Test func aLargeShardIsReadToItsEnd() throws {
        var limits = HostLimits()
        limits.checkPatience = .seconds(3)
        limits.scanBytesPerSecond = 1 << 20
        let cluster = try cluster(seed: 16, limits: limits)
        let shard = cluster.descriptors[0].shard
        for node in cluster.nodes {
            node.scanTime = 8_000_000...9_000_000
            node.host.note(bytes: 4 << 20, of: shard, version: 1)
        }
        let check = try #require(cluster.check(shard, milliseconds: 30_000))
        #expect(check.verdict == .equal)
        cluster.end()
    }

    /// …and no longer: then whoever still reads for it is told to stop.
    @Test func aScanEndsWithItsRound() throws {
        var limits = HostLimits()
        limits.checkPatience = .seconds(3)
        limits.checkPatienceMax = .seconds(20)
        let cluster = try cluster(seed: 17, limits: limits)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        let slow = try #require(cluster.nodes.first { $0 !== leader })
        slow.scanTime = 300_000_000...300_000_001
        let check = try #require(cluster.check(shard, milliseconds: 30_000))
        #expect(check.verdict == .incomplete)
        #expect(check.replicas.filter { $0.finding == .notHeard }.map(\.member.node) == [slow.id])
        cluster.run(milliseconds: 1_000)
        #expect(slow.scansGivenUp.map(\.name.shard) == [shard])
        #expect(leader.scansGivenUp.isEmpty)
        cluster.end()
    }

    /// Another leader knows nothing of the round.
    @Test func aScanEndsWithTheLeadershipItWasFor() throws {
        let cluster = try cluster(seed: 18)
        let shard = cluster.descriptors[0].shard
        let leader = try #require(cluster.leader(of: shard))
        for node in cluster.nodes { node.scanTime = 300_000_000...300_000_001 }
        leader.host.check(
            CheckRequest(shard: shard), from: RequestReference(connection: 0, id: 999_999),
            now: cluster.instant(leader))
        cluster.scheduleTurn(leader)
        cluster.run(milliseconds: 500)
        cluster.kill(leader)
        cluster.run(milliseconds: 6_000)
        let others = cluster.nodes.filter { $0 !== leader }
        #expect(others.map(\.scansGivenUp.count) == [1, 1])
        cluster.end()
    }

    /// Shards that nobody writes to are read now and then, one after the other.
    @Test func quietShardsAreReadInTurn() throws {
        var limits = HostLimits()
        limits.quietScanInterval = .seconds(100)
        limits.quietScanPause = .seconds(5)
        let cluster = try HostCluster(seed: 19, shards: 4, limits: limits)
        cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
        cluster.run(milliseconds: 90_000)
        func checks() -> UInt64 { cluster.nodes.reduce(0) { $0 + $1.host.counters.checks } }
        let before = checks()
        // What changed at the beginning was checked, and nothing has changed since.
        cluster.run(milliseconds: 150_000)
        #expect((4...8).contains(checks() - before), "\(checks() - before)")
        #expect(cluster.nodes.allSatisfy { $0.suspicions.isEmpty })
        cluster.end()
    }

    /// The word of one node is not enough, whatever it says.
    @Test func aReplicaBelievesNoMinority() throws {
        let cluster = try cluster(seed: 14)
        let shard = cluster.descriptors[0].shard
        _ = cluster.check(shard)
        let leader = try #require(cluster.leader(of: shard))
        let other = try #require(cluster.nodes.first { $0 !== leader })
        let member = try #require(other.host.replica(of: shard)).group.member
        let index = try #require(cluster.check(shard)).index
        let term = try #require(leader.host.term(of: shard))
        let others = cluster.descriptors[0].configuration.members.map(\.replica).filter { $0 != member.replica }
        func accuse(_ agreeing: [ReplicaID], format: UInt8 = CheckReport.formatHere, in accused: Term? = nil) {
            let at = accused ?? term
            let expected = CheckReport(
                shard: shard, member: member, position: LogPosition(index: index, term: term), format: format,
                chain: 1, scan: nil)
            other.host.receive(
                .diverged(term: at, CheckDivergence(expected: expected, agreeing: agreeing)), from: leader.id,
                now: cluster.instant(other))
            cluster.run(milliseconds: 10)
        }
        accuse([try #require(leader.host.replica(of: shard)).group.member.replica])
        accuse([ReplicaID(77), ReplicaID(78)])
        #expect(other.host.suspects.isEmpty)
        accuse(others, format: CheckReport.formatHere + 1)
        // The word of an earlier leadership: members may have changed since.
        accuse(others, in: Term(term.rawValue - 1))
        #expect(other.host.suspects.isEmpty)
        accuse(others)
        #expect(other.host.suspects.count == 1)
        cluster.end()
    }
}
