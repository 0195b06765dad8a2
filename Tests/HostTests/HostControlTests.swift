import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Control frames and what they renew (rule 7), told to one host by hand.
@Suite struct HostControlTests {
    private func follower() -> HostBench {
        var bench = HostBench(node: 2)
        bench.follow()
        return bench
    }

    /// A host that leads term 1 with the acknowledgement of node 2.
    private func leader() throws -> HostBench {
        var bench = HostBench(node: 1)
        bench.milliseconds += 400
        bench.turn()
        bench.receive(.voteReply(VoteReply(term: Term(1), isPreVote: true, isGranted: true)), from: 2)
        bench.turn()
        bench.receive(.voteReply(VoteReply(term: Term(1), isPreVote: false, isGranted: true)), from: 2)
        bench.turn()
        try #require(bench.group?.role == .leader)
        let reply = AppendReply(
            term: Term(1), outcome: .accepted(match: LogIndex(1)), sentAt: bench.now)
        bench.receive(.appendReply(reply), from: 2)
        bench.turn()
        return bench
    }

    private func leaseEnd(_ bench: HostBench) -> Instant {
        bench.group?.leaseExpiry(neighbours: bench.host.neighbourhood) ?? .distantPast
    }

    // MARK: Promises

    @Test("a frame that vouches renews the promise, one that does not leaves it to end", arguments: [true, false])
    func promise(vouches: Bool) {
        var bench = follower()
        bench.milliseconds += 100
        bench.receive(from: 1, vouches: vouches)
        // The connection to the leader's node closes, so that only the promise is in the way (rule 3).
        bench.host.disconnected(NodeID(1), closedByPeer: true, now: bench.now)
        bench.milliseconds += 100
        bench.askForVote()
        bench.turn()
        #expect(bench.votes.map(\.isGranted) == [!vouches])
    }

    /// Rule 7: an answer renews the leader's lease only for what this node has promised.
    @Test("a frame that does not vouch is answered with nothing to renew")
    func answers() {
        var bench = follower()
        bench.receive(from: 1, vouches: false)
        bench.turn()
        #expect(bench.effects.control.map(\.frame.answer?.sentAt) == [.distantPast])
        bench.receive(from: 1)
        bench.turn()
        #expect(bench.effects.control.map(\.frame.answer?.sentAt) == [Instant(nanoseconds: 7_000)])
    }

    /// Rule 38.
    @Test("a node with a slow disk does not vouch for itself")
    func slowSync() {
        var bench = follower()
        bench.host.oldestSyncMilliseconds = 500
        #expect(bench.frame(to: 1)?.vouches == true)
        bench.host.oldestSyncMilliseconds = 501
        #expect(bench.frame(to: 1)?.vouches == false)
    }

    /// Rule 7: the vote and the frame come in one tick. The answer must already say that the leader was left.
    @Test("an answer never overtakes the news of a vote in the same tick")
    func voteBeforeAnswer() throws {
        var bench = follower()
        bench.host.disconnected(NodeID(1), closedByPeer: true, now: bench.now)
        bench.milliseconds += 151
        bench.connect(1)
        bench.askForVote()
        bench.receive(from: 1)
        bench.turn()
        try #require(bench.votes.map(\.isGranted) == [true])
        let answer = try #require(bench.effects.control.first { $0.peer == NodeID(1) }?.frame)
        #expect(answer.left.map(\.shard) == [HostBench.shard])
        #expect(answer.left.map(\.term) == [Term(1)])
    }

    @Test("a leader that was left is named in every frame until it confirms")
    func leftUntilConfirmed() throws {
        var bench = follower()
        bench.host.disconnected(NodeID(1), closedByPeer: true, now: bench.now)
        bench.milliseconds += 151
        bench.askForVote()
        bench.turn()
        var number: UInt64 = 0
        for _ in 0..<3 {
            let frame = bench.frame(to: 1)
            let left = try #require(frame?.left.first)
            #expect(left.leader == Member(replica: ReplicaID(1), node: NodeID(1)))
            #expect(left.replica == ReplicaID(2))
            number = left.number
        }
        #expect(bench.frame(to: 3)?.left == [])
        bench.receive(from: 1) { $0.confirmedLeft = number - 1 }
        #expect(bench.frame(to: 1)?.left.count == 1)
        bench.receive(from: 1) { $0.confirmedLeft = number }
        #expect(bench.frame(to: 1)?.left == [])
    }

    /// Rule 4: a new process has forgotten what it promised.
    @Test("a process votes for nobody for one promise after its start", arguments: [(149, false), (150, true)])
    func startupPromise(milliseconds: Int64, isGranted: Bool) {
        var bench = HostBench(node: 2)
        bench.milliseconds += milliseconds
        bench.askForVote()
        bench.turn()
        #expect(bench.votes.map(\.isGranted) == [isGranted])
    }

    // MARK: Leases

    @Test("an answer renews the lease from when the frame was sent, not from when it came back")
    func lease() throws {
        var bench = try leader()
        let before = leaseEnd(bench)
        bench.milliseconds += 60
        let sentAt = Instant(nanoseconds: bench.now.nanoseconds - 20_000_000)
        bench.receive(from: 2, answering: sentAt)
        #expect(leaseEnd(bench) > before)
        #expect(leaseEnd(bench) <= sentAt + .milliseconds(150))
    }

    @Test("an answer of a node that never acknowledged, or from the future, renews nothing")
    func leaseNeedsAcknowledgement() throws {
        var bench = try leader()
        let before = leaseEnd(bench)
        bench.milliseconds += 60
        bench.receive(from: 3, answering: bench.now)
        bench.receive(from: 2, answering: bench.now + .seconds(5))
        bench.receive(from: 2, answering: .distantPast)
        #expect(leaseEnd(bench) == before)
    }

    /// Rule 7: an answer that names the shard renews nothing for it, nor does any later one.
    @Test("an answer that says the follower left ends its part of the lease")
    func leaseEndsWithLeft() throws {
        var bench = try leader()
        bench.milliseconds += 60
        let left = ControlFrame.Left(
            number: 1, shard: HostBench.shard, leader: Member(replica: ReplicaID(1), node: NodeID(1)),
            replica: ReplicaID(2), term: Term(1))
        bench.receive(from: 2, answering: bench.now) { $0.left = [left] }
        let end = leaseEnd(bench)
        #expect(end < bench.now + .milliseconds(100))
        #expect(bench.frame(to: 2)?.confirmedLeft == 1)
        bench.milliseconds += 50
        bench.receive(from: 2, answering: bench.now)
        #expect(leaseEnd(bench) <= end)
    }

    @Test("what a replica of another node says about leaving counts for nothing")
    func leftOfAnother() throws {
        var bench = try leader()
        let left = ControlFrame.Left(
            number: 1, shard: HostBench.shard, leader: Member(replica: ReplicaID(1), node: NodeID(1)),
            replica: ReplicaID(2), term: Term(1))
        bench.receive(from: 3) { $0.left = [left] }
        bench.milliseconds += 60
        bench.receive(from: 2, answering: bench.now)
        #expect(leaseEnd(bench) > bench.now)
    }

    /// Rule 7: a new incarnation voids all promises to and of the old one.
    @Test("a new process of the follower ends its part of the lease")
    func newBoot() throws {
        var bench = try leader()
        bench.milliseconds += 60
        bench.receive(from: 2, answering: bench.now)
        #expect(leaseEnd(bench) > bench.now)
        bench.connect(2, boot: 999)
        #expect(leaseEnd(bench) == .distantPast)
        // Frames of the old process that are still on their way are of nobody.
        bench.receive(from: 2, answering: bench.now)
        #expect(leaseEnd(bench) == .distantPast)
        bench.receive(from: 2, answering: bench.now) { $0.boot = 999 }
        #expect(leaseEnd(bench) == .distantPast, "the new process has acknowledged nothing")
    }

    /// A simulation found it: a hello of the former process, read late from the other channel, voided the promises of
    /// the present one, and later its synced number passed for one that the disk had lost.
    @Test("a late word of an earlier process changes nothing")
    func earlierBoot() throws {
        let boot: UInt64 = 5 << 32 | 1
        var bench = try leader()
        bench.connect(2, boot: boot)
        bench.milliseconds += 1
        let reply = AppendReply(term: Term(1), outcome: .accepted(match: LogIndex(1)), sentAt: bench.now)
        bench.receive(.appendReply(reply), from: 2)
        let end = leaseEnd(bench)
        #expect(end > bench.now)
        bench.host.connected(NodeID(2), boot: 4 << 32 | 9, isControl: false, now: bench.now)
        #expect(leaseEnd(bench) == end)
        bench.receive(from: 2) { frame in
            frame.boot = boot
            frame.synced = 7
        }
        bench.connect(2, boot: boot)
        #expect(bench.frame(to: 2)?.heardSynced == 0, "the process is still the one whose number it is")
        bench.connect(2, boot: 6 << 32 | 3)
        #expect(bench.frame(to: 2)?.heardSynced == 7)
    }

    @Test("a new process of the leader frees the followers from their promise")
    func newBootOfLeader() {
        var bench = follower()
        bench.milliseconds += 10
        bench.connect(1, boot: 999)
        bench.askForVote()
        bench.turn()
        #expect(bench.votes.map(\.isGranted) == [true])
    }

    /// Rule 7: a replica that stops leading without a known successor tells its followers until answered.
    @Test("a leader that resigned is named until confirmed, and its followers are free")
    func resigned() throws {
        var bench = try leader()
        bench.milliseconds += 1_500
        bench.turn()
        try #require(bench.group?.role != .leader)
        let frame = bench.frame(to: 2)
        let news = try #require(frame?.resigned.first)
        #expect(news.shard == HostBench.shard)
        #expect(news.term == Term(1))
        bench.receive(from: 2) { $0.confirmedResigned = news.number }
        #expect(bench.frame(to: 2)?.resigned == [])

        var other = follower()
        other.milliseconds += 10
        other.receive(from: 1) { $0.resigned = [news] }
        other.askForVote()
        other.turn()
        #expect(other.votes.map(\.isGranted) == [true])
    }

    /// Rule 6.
    @Test("a lane that did not turn for a promise, or clocks that disagree, drop every lease")
    func stall() throws {
        var bench = try leader()
        bench.milliseconds += 60
        bench.receive(from: 2, answering: bench.now)
        bench.turn()
        #expect(leaseEnd(bench) > bench.now)
        bench.host.dropLeases(now: bench.now + .milliseconds(1))
        #expect(leaseEnd(bench) == .distantPast)

        bench = try leader()
        bench.milliseconds += 151
        bench.receive(from: 2, answering: Instant(nanoseconds: bench.now.nanoseconds - 1_000_000))
        bench.turn()
        #expect(leaseEnd(bench) == .distantPast)
    }

    /// Found by the random stories: the group took the node for silent at a moment when the host did not look, so
    /// nothing told the group that the node was heard again, and its follower there was left behind for good.
    @Test("a follower whose node was silent for the group alone is served again", arguments: [false, true])
    func silentForGroupAlone(closes: Bool) throws {
        var bench = try leader()
        bench.receive(from: 3)
        bench.turn()
        if closes {
            bench.host.disconnected(NodeID(3), closedByPeer: true, now: bench.now)
            bench.connect(3)
            bench.turn()
        }
        bench.milliseconds += closes ? 200 : 299
        bench.receive(from: 2, answering: bench.now)
        bench.turn()
        // The probe of node 3 is due: the group looks at its clock and at the neighbourhood.
        bench.milliseconds += closes ? 100 : 1
        bench.receive(from: 2, answering: bench.now)
        bench.turn()
        try #require(bench.group?.progress.first { $0.member.node == NodeID(3) }?.isSilent == true)
        bench.milliseconds += 1
        bench.receive(from: 3)
        bench.turn()
        #expect(bench.group?.progress.first { $0.member.node == NodeID(3) }?.isSilent == false)
        #expect(bench.effects.messages.contains { $0.to.node == NodeID(3) })
    }

    // MARK: Requests

    @Test("a message that claims another sender, or is for another replica, is dropped")
    func misdirected() {
        var bench = follower()
        let before = bench.host.counters.misdirected
        let one = Member(replica: ReplicaID(1), node: NodeID(1))
        let heartbeat = Message<EncodedEntry>.heartbeat(
            Heartbeat(
                term: Term(5), commit: .zero, round: 0, replicatedEverywhere: .zero, sentAt: Instant(nanoseconds: 1)))
        let own = Member(replica: ReplicaID(2), node: NodeID(2))
        let wrong = [
            PeerEnvelope(shard: HostBench.shard, from: one, to: own, message: heartbeat),
            PeerEnvelope(
                shard: HostBench.shard, from: Member(replica: ReplicaID(3), node: NodeID(3)),
                to: Member(replica: ReplicaID(1), node: NodeID(2)), message: heartbeat),
            PeerEnvelope(
                shard: ShardID(77), from: Member(replica: ReplicaID(3), node: NodeID(3)), to: own, message: heartbeat),
        ]
        for envelope in wrong { bench.host.receive(envelope, from: NodeID(3), now: bench.now) }
        #expect(bench.host.counters.misdirected == before + 3)
        #expect(bench.group?.term == Term(1))
    }
}
