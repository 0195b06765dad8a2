@testable import Raft
import Testing

/// One test per rule of the paper ("In Search of an Understandable Consensus Algorithm", extended version) and of
/// Ongaro's dissertation, named by section.
@Suite struct PaperTests {
    let limits = Limits()

    /// A group of three whose replica 1 has `terms` as the terms of its log, all durable, started long ago.
    func node(_ terms: [UInt64] = [], term: UInt64? = nil, vote: UInt64? = nil, voters: UInt64 = 3) -> TestNode {
        var disk = TestDisk(configuration: Configuration(voters: members(Array(1...voters))))
        disk.entries = terms.enumerated().map { position, term in
            TestEntry(index: LogIndex(UInt64(position + 1)), term: Term(term), content: .empty)
        }
        disk.hardState = HardState(term: Term(term ?? terms.last ?? 0), vote: vote.map { ReplicaID($0) })
        return TestNode(member: member(1), disk: disk, limits: limits, seed: 1, now: Instant(nanoseconds: 0))
    }

    let later = Instant(nanoseconds: 0) + .seconds(10)

    func position(_ index: UInt64, _ term: UInt64) -> LogPosition {
        LogPosition(index: LogIndex(index), term: Term(term))
    }

    func append(
        _ term: UInt64, after previous: LogPosition = LogPosition(), _ terms: [UInt64] = [], commit: UInt64 = 0
    ) -> TestMessage {
        let entries = terms.enumerated().map { offset, term in
            TestEntry(
                index: previous.index.advanced(by: UInt64(offset + 1)), term: Term(term),
                content: .payload(TestPayload(text: "\(offset)")))
        }
        return .append(
            Append(
                term: Term(term), previousIndex: previous.index, previousTerm: previous.term, entries: entries,
                commit: LogIndex(commit), replicatedEverywhere: .zero, sentAt: Instant(nanoseconds: 0)))
    }

    func request(_ term: UInt64, last: LogPosition, isPreVote: Bool = false) -> TestMessage {
        .voteRequest(VoteRequest(term: Term(term), isPreVote: isPreVote, lastIndex: last.index, lastTerm: last.term))
    }

    /// Takes effects and finishes disk requests until nothing is left; returns everything that was sent.
    func settle(_ node: inout TestNode, now: Instant) -> [Ready<TestPayload>.Outgoing] {
        var sent: [Ready<TestPayload>.Outgoing] = []
        while node.group.hasReady || !node.pending.isEmpty {
            let ready = node.group.takeReady(now: now)
            sent += ready.messages
            if let persist = ready.persist { node.pending.append(persist) }
            for entry in ready.committed { node.disk.apply(entry) }
            node.group.applied(node.disk.applied.index, now: now)
            node.persistOne(now: now)
        }
        return sent
    }

    func answers(_ messages: [Ready<TestPayload>.Outgoing]) -> [AppendReply.Outcome] {
        messages.compactMap { outgoing in
            if case .appendReply(let reply) = outgoing.message { reply.outcome } else { nil }
        }
    }

    func grants(_ messages: [Ready<TestPayload>.Outgoing]) -> [Bool] {
        messages.compactMap { outgoing in
            if case .voteReply(let reply) = outgoing.message { reply.isGranted } else { nil }
        }
    }

    /// Makes replica 1 the leader of the next term by the votes of `voter`.
    func elect(_ node: inout TestNode, voter: UInt64 = 2, now: Instant) {
        node.tick(now: now)
        let asked = node.group.term.next
        _ = settle(&node, now: now)
        for isPreVote in [true, false] {
            let reply = VoteReply(term: asked, isPreVote: isPreVote, isGranted: true)
            node.step(.voteReply(reply), from: member(voter), now: now)
            if isPreVote { _ = settle(&node, now: now) }
        }
        #expect(node.group.role == .leader && node.group.term == asked)
    }

    func accept(_ node: inout TestNode, _ match: UInt64, from replica: UInt64, now: Instant) {
        let reply = AppendReply(term: node.group.term, outcome: .accepted(match: LogIndex(match)), sentAt: now)
        node.step(.appendReply(reply), from: member(replica), now: now)
    }

    @Test("§5.1: a later term makes everybody a follower")
    func laterTermWins() {
        var leader = node()
        elect(&leader, now: later)
        leader.step(append(7), from: member(3), now: later)
        #expect(leader.group.role == .follower && leader.group.term == Term(7) && leader.group.leader == member(3))
    }

    @Test("§5.1: a message of an old term is refused with the current one")
    func oldTermIsRefused() {
        var follower = node(term: 5)
        follower.step(append(4, [4]), from: member(2), now: later)
        let sent = settle(&follower, now: later)
        #expect(follower.group.lastIndex == .zero && follower.group.leader == nil)
        #expect(sent.map(\.message.term) == [Term(5)])
        guard case .rejected = answers(sent).first else {
            Issue.record("not refused")
            return
        }
    }

    @Test("§5.2: one vote a term, first come, first served, and the same answer again")
    func oneVoteATerm() {
        var voter = node()
        for (candidate, expected) in [(UInt64(2), true), (3, false), (2, true)] {
            voter.step(request(1, last: position(0, 0)), from: member(candidate), now: later)
            #expect(grants(settle(&voter, now: later)) == [expected])
        }
    }

    @Test("§5.2: a candidate follows a leader of its own term")
    func candidateMeetsLeader() {
        var candidate = node()
        candidate.group.startElection(now: later, transfer: nil, neighbours: Neighbourhood())
        #expect(candidate.group.role == .candidate && candidate.group.term == Term(1))
        candidate.step(append(1), from: member(2), now: later)
        #expect(candidate.group.role == .follower && candidate.group.leader == member(2))
    }

    @Test("§5.2: a majority elects, and not less; learners and repeated votes do not help")
    func majorityElects() {
        var candidate = node(voters: 5)
        candidate.group.startElection(now: later, transfer: nil, neighbours: Neighbourhood())
        _ = settle(&candidate, now: later)
        let reply = VoteReply(term: Term(1), isPreVote: false, isGranted: true)
        for voter in [UInt64(2), 2, 9] {
            candidate.step(.voteReply(reply), from: member(voter), now: later)
            #expect(candidate.group.role == .candidate)
        }
        candidate.step(.voteReply(reply), from: member(3), now: later)
        #expect(candidate.group.role == .leader)
    }

    @Test("§5.2: campaign times are drawn apart")
    func campaignTimesDiffer() {
        let times = (1...20).map { seed -> Interval in
            var follower = node(term: 1)
            follower.group.random = SeededRandom(seed: UInt64(seed))
            follower.step(append(1), from: member(2), now: later)
            return (follower.group.deadline ?? later) - later
        }
        #expect(Set(times).count > 10)
        #expect(times.allSatisfy { $0 >= limits.electionTimeoutMin })
        let latest = Interval.milliseconds(limits.electionTimeoutMax.milliseconds + 40)
        #expect(times.allSatisfy { $0 <= latest })
    }

    @Test("§5.3: an append is taken only where the logs meet", arguments: [(2, 2, true), (2, 1, false), (3, 2, false)])
    func consistencyCheck(index: UInt64, term: UInt64, isTaken: Bool) {
        var follower = node([1, 2])
        follower.step(append(3, after: position(index, term), [3]), from: member(2), now: later)
        #expect((follower.group.lastTerm == Term(3)) == isTaken)
    }

    @Test("§5.3: conflicting entries are overwritten, matching ones are not touched")
    func conflictsAreOverwritten() {
        var follower = node([1, 1, 2, 2])
        follower.step(append(4, after: position(1, 1), [1, 3]), from: member(2), now: later)
        #expect(follower.group.lastIndex == LogIndex(3) && follower.group.lastTerm == Term(3))
        // A late, shorter append of the same leader must not cut the log.
        follower.step(append(4, after: position(1, 1), [1]), from: member(2), now: later)
        #expect(follower.group.lastIndex == LogIndex(3))
        let expected = [3, 2].map { AppendReply.Outcome.accepted(match: LogIndex($0)) }
        #expect(answers(settle(&follower, now: later)) == expected)
    }

    @Test("§5.3: a follower commits what the leader has, up to what it shares")
    func followerCommits() {
        var follower = node()
        follower.step(append(1, [1, 1], commit: 9), from: member(2), now: later)
        #expect(follower.group.commitIndex == LogIndex(2))
        let heartbeat = Heartbeat(
            term: Term(1), commit: LogIndex(9), round: 0, replicatedEverywhere: .zero, sentAt: later)
        follower.step(.heartbeat(heartbeat), from: member(2), now: later)
        #expect(follower.group.commitIndex == LogIndex(2))
    }

    @Test("§5.3: the hint skips whole terms")
    func hintSkipsTerms() {
        var follower = node([1, 1, 4, 4, 4])
        follower.step(append(6, after: position(5, 3)), from: member(2), now: later)
        let hint = AppendReply.Outcome.rejected(rejected: LogIndex(5), hintIndex: LogIndex(2), hintTerm: Term(1))
        #expect(answers(settle(&follower, now: later)) == [hint])
    }

    @Test("§5.3: committed entries are never overwritten, whoever asks")
    func committedStays() {
        var follower = node()
        follower.step(append(1, [1, 1], commit: 2), from: member(2), now: later)
        follower.step(append(2, after: position(1, 1), [2]), from: member(3), now: later)
        #expect(follower.group.termAt(LogIndex(2)) == Term(1) && follower.group.commitIndex == LogIndex(2))
    }

    @Test(
        "§5.4.1: a vote needs a log at least as up to date",
        arguments: [(3, 2, true), (2, 2, true), (1, 3, true), (1, 2, false), (9, 1, false)])
    func upToDate(index: UInt64, term: UInt64, isGranted: Bool) {
        for isPreVote in [true, false] {
            var voter = node([1, 2])
            voter.step(request(5, last: position(index, term), isPreVote: isPreVote), from: member(2), now: later)
            #expect(grants(settle(&voter, now: later)) == [isGranted])
        }
    }

    @Test("§5.4.2: an entry of an older term is committed only with one of the own term")
    func onlyOwnTermIsCounted() {
        var leader = node([1, 1])
        elect(&leader, now: later)
        _ = settle(&leader, now: later)
        accept(&leader, 2, from: 2, now: later)
        accept(&leader, 2, from: 3, now: later)
        #expect(leader.group.commitIndex == .zero)
        accept(&leader, 3, from: 2, now: later)
        #expect(leader.group.commitIndex == LogIndex(3))
    }

    @Test("§5.5, figure 2: nothing is said of term, vote or log before it is durable")
    func durableBeforeSaid() {
        var voter = node()
        voter.step(request(1, last: position(0, 0)), from: member(2), now: later)
        #expect(voter.group.takeReady(now: later).messages.isEmpty)
        var follower = node(term: 1)
        follower.step(append(1, [1]), from: member(2), now: later)
        #expect(follower.group.takeReady(now: later).messages.isEmpty)
    }

    @Test("§8: a new leader appends an empty entry")
    func emptyEntryFirst() {
        var leader = node([1])
        elect(&leader, now: later)
        #expect(leader.group.lastIndex == LogIndex(2) && leader.group.lastTerm == Term(2))
    }

    @Test("§5.4.3: an append from before the truncation point is checked where terms are known", arguments: [2, 3])
    func appendAcrossTruncation(termAtTruncation: UInt64) {
        var follower = node([1, 3])
        follower.disk.apply(follower.disk.entries[0])
        follower.disk.apply(follower.disk.entries[1])
        follower.disk.truncate(through: LogIndex(2))
        try? follower.restart(now: Instant(nanoseconds: 0))
        follower.step(append(4, [1, termAtTruncation, termAtTruncation]), from: member(2), now: later)
        #expect(follower.group.lastIndex == LogIndex(termAtTruncation == 3 ? 3 : 2))
    }

    @Test("Dissertation §10.2.1: the leader counts itself when its own disk is done")
    func leaderCountsItselfWhenDurable() {
        var leader = node(voters: 2)
        elect(&leader, now: later)
        let ready = leader.group.takeReady(now: later)
        #expect(ready.messages.count == 1)
        accept(&leader, 1, from: 2, now: later)
        #expect(leader.group.commitIndex == .zero)
        guard let persist = ready.persist else {
            Issue.record("nothing to write")
            return
        }
        leader.group.persisted(persist.token, now: later, neighbours: Neighbourhood())
        #expect(leader.group.commitIndex == LogIndex(1))
    }

    @Test("Dissertation §9.6: a pre-vote changes nothing at the voter")
    func preVoteChangesNothing() {
        var voter = node([1])
        voter.step(request(2, last: position(1, 1), isPreVote: true), from: member(2), now: later)
        #expect(grants(settle(&voter, now: later)) == [true])
        #expect(voter.group.term == Term(1) && voter.group.vote == nil)
    }

    @Test("Rule 4: a new process neither votes nor campaigns for one promise")
    func newProcessOwesAPromise() {
        let early = Instant(nanoseconds: 0) + .milliseconds(149)
        for isPreVote in [true, false] {
            var voter = node()
            voter.step(request(1, last: position(0, 0), isPreVote: isPreVote), from: member(2), now: early)
            #expect(grants(settle(&voter, now: early)) == [false])
            #expect(voter.group.term == .zero)
        }
        var follower = node()
        follower.tick(now: early)
        #expect(follower.group.role == .follower && (follower.group.deadline ?? early) > early)
    }

    @Test("Rule 2: answers after the node's clock was in doubt only")
    func leaseFloor() {
        var leader = node()
        elect(&leader, now: later)
        _ = settle(&leader, now: later)
        accept(&leader, 1, from: 2, now: later)
        #expect(leader.group.leaseExpiry(neighbours: Neighbourhood()) == later + .microseconds(148_500))
        let doubted = Neighbourhood(leaseFloor: later + .milliseconds(1))
        #expect(leader.group.leaseExpiry(neighbours: doubted) < later)
    }
}
