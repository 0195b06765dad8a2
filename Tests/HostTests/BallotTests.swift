import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Votes of voters whose replica never came into being (rule 32).
@Suite struct BallotTests {
    private let shard = ShardID(50)
    private let own = Member(replica: ReplicaID(2), node: NodeID(2))
    private let first = Member(replica: ReplicaID(1), node: NodeID(1))
    private let second = Member(replica: ReplicaID(3), node: NodeID(3))

    private static let begin = Instant(nanoseconds: 1_000_000_000)

    private func host() -> Host {
        Host(
            node: NodeID(2), boot: 1, incarnation: 2, limits: HostLimits(), wallMilliseconds: Fixture.start,
            now: Self.begin)
    }

    private func request(_ term: UInt64, isPreVote: Bool = false) -> VoteRequest {
        VoteRequest(
            term: Term(term), isPreVote: isPreVote, lastIndex: .zero, lastTerm: .zero, transfer: nil)
    }

    /// What the node does about a request, after so many milliseconds.
    private func ask(
        _ request: VoteRequest, of member: Member, from candidate: Member, at milliseconds: Int64, _ host: inout Host
    ) -> Effects {
        let now = Self.begin + .milliseconds(milliseconds)
        let envelope = PeerEnvelope(shard: shard, from: candidate, to: member, message: .voteRequest(request))
        host.receive(envelope, from: candidate.node, now: now)
        return host.turn(now: now)
    }

    /// Asked every 100 milliseconds for so long, as a candidate in vain does.
    private func askForLong(_ milliseconds: Int64, _ host: inout Host) -> Effects {
        var last = Effects()
        for moment in stride(from: Int64(0), through: milliseconds, by: 100) {
            last = ask(request(4, isPreVote: true), of: own, from: first, at: moment, &host)
        }
        return last
    }

    private func reply(_ effects: Effects) -> VoteReply? {
        guard effects.messages.count == 1, case .voteReply(let reply) = effects.messages[0].message else { return nil }
        return reply
    }

    @Test func oneVoteATermAndNoneBeforeItIsDurable() throws {
        var ballot = Ballot(member: own)
        let preVote = ballot.decide(request(4, isPreVote: true), from: first)
        #expect(preVote == nil)
        #expect(ballot.takeAnswers().map(\.reply.isGranted) == [true])
        let asked = ballot.decide(request(4), from: first)
        let token = try #require(asked)
        #expect(ballot.hardState == HardState(term: Term(4), vote: first.replica))
        #expect(ballot.takeAnswers().isEmpty)
        // Asked again meanwhile, and by another one: neither is told anything that is not durable.
        let again = ballot.decide(request(4), from: first)
        let other = ballot.decide(request(4), from: second)
        #expect(again == nil && other == nil)
        #expect(ballot.takeAnswers().isEmpty)
        ballot.persisted(token)
        let answers = ballot.takeAnswers()
        #expect(answers.map(\.reply.isGranted) == [true, false])
        #expect(answers.map(\.to) == [first, second])
        // A later term is another vote, an earlier one is told of it.
        let later = ballot.decide(request(6), from: second)
        #expect(later != nil)
        #expect(ballot.hardState == HardState(term: Term(6), vote: second.replica))
        _ = ballot.decide(request(5), from: first)
        ballot.persisted(token)
        #expect(ballot.takeAnswers().isEmpty)
    }

    @Test func whatCannotBeIsNotAnswered() {
        var ballot = Ballot(member: own)
        let atLimit = ballot.decide(request(Term.limit.rawValue), from: first)
        let fromItself = ballot.decide(request(3), from: own)
        #expect(atLimit == nil && fromItself == nil)
        #expect(ballot.takeAnswers().isEmpty && ballot.hardState == HardState())
    }

    /// A split that is about to be applied comes first.
    @Test func onlyWhoGoesOnAskingIsAnswered() {
        var host = host()
        let early = askForLong(900, &host)
        #expect(early.messages.isEmpty)
        let late = askForLong(1_000, &host)
        #expect(reply(late)?.isGranted == true)
        // Who asks once in a while does not go on.
        var other = self.host()
        for moment in [Int64(0), 4_000, 8_000] {
            let effects = ask(request(4, isPreVote: true), of: own, from: first, at: moment, &other)
            #expect(effects.messages.isEmpty)
        }
    }

    @Test func aVoteIsDurableBeforeItIsSaid() throws {
        var host = host()
        _ = askForLong(1_000, &host)
        let asked = ask(request(4), of: own, from: first, at: 1_100, &host)
        let write = try #require(asked.logWrite)
        #expect(asked.messages.isEmpty)
        #expect(write.batch.hardStates.map(\.hardState) == [HardState(term: Term(4), vote: first.replica)])
        let now = Self.begin + .milliseconds(1_110)
        host.persisted(write.tokens, writes: 1, now: now)
        let said = host.turn(now: now)
        #expect(reply(said)?.isGranted == true)
    }

    /// Nobody can tell whether it was there, and what it has acknowledged.
    @Test func whereAReplicaMayBeLostNobodyVotesForIt() {
        var host = host()
        host.mayHaveForgotten = true
        let silent = askForLong(2_000, &host)
        #expect(silent.messages.isEmpty)
        var buried = self.host()
        var departed = DepartedReplicas()
        departed.bury(LogName(shard: shard, replica: own.replica))
        buried.add([], departed: departed)
        let deadSilent = askForLong(2_000, &buried)
        #expect(deadSilent.messages.isEmpty)
    }

    /// It ends with a tombstone, and for a later id nobody votes in its stead.
    @Test func whoIsOutVotesNoMore() {
        var host = host()
        _ = askForLong(1_000, &host)
        _ = ask(request(4), of: own, from: first, at: 1_100, &host)
        let later = Member(replica: ReplicaID(9), node: own.node)
        for moment in stride(from: Int64(1_200), through: 2_600, by: 100) {
            let effects = ask(request(5, isPreVote: true), of: later, from: second, at: moment, &host)
            #expect(effects.messages.isEmpty)
        }
        var descriptor = HostBench.descriptor
        descriptor.shard = shard
        descriptor.configuration = Configuration(voters: [first, second])
        let now = Self.begin + .milliseconds(2_700)
        host.receive(.descriptor(to: own, descriptor), from: first.node, now: now)
        let ended = host.turn(now: now)
        guard case .destroy(let task) = ended.applyChanges.first else {
            Issue.record("it has no end")
            return
        }
        #expect(task.name == LogName(shard: shard, replica: own.replica) && task.range == nil)
        host.destroyed([task.name])
        let swept = ask(request(5), of: own, from: second, at: 2_800, &host)
        #expect(swept.messages.isEmpty && swept.logWrite?.batch.destroys == [task.name])
    }

    /// The vote ends, and so does the replica that the applier made meanwhile: its keys are nobody's until both ends
    /// are written.
    @Test func theKeysAreReservedUntilTheLastEnd() {
        var host = host()
        _ = askForLong(1_000, &host)
        var descriptor = HostBench.descriptor
        descriptor.shard = shard
        let now = Self.begin + .milliseconds(1_100)
        let born = descriptor
        descriptor.configuration = Configuration(voters: [first, second])
        host.receive(.descriptor(to: own, descriptor), from: first.node, now: now)
        host.bear(ShardBirth(descriptor: born, replica: own.replica, lastVersion: .zero), from: nil, now: now)
        #expect(host.turn(now: now).applyChanges.count == 2)
        let name = LogName(shard: shard, replica: own.replica)
        let other = ShardID(shard.rawValue + 1)
        host.destroyed([name])
        #expect(!host.isFree(born.range, for: other) && host.isDeparting(shard))
        host.destroyed([name])
        #expect(host.isFree(born.range, for: other) && !host.isDeparting(shard))
    }

    /// What was synced of a replica cannot come without its records.
    @Test func aLogWithoutRecordsIsSuspect() throws {
        let engine = MemoryEngine()
        let state = HardState(term: Term(4), vote: nil, commit: LogIndex(3))
        try engine.write(
            LogBatch(hardStates: [HardStateRecord(shard: shard, replica: own.replica, hardState: state)]))
        let result = try Recovery(
            node: own.node, log: engine, state: engine, sessionWindowMilliseconds: Fixture.window
        ).run()
        #expect(result.votes.isEmpty)
        #expect(result.suspects.map(\.name) == [LogName(shard: shard, replica: own.replica)])
    }

    @Test func aStartRemembersTheVote() throws {
        let engine = MemoryEngine()
        let voted = HardState(term: Term(4), vote: first.replica)
        try engine.write(
            LogBatch(hardStates: [HardStateRecord(shard: shard, replica: own.replica, hardState: voted)]))
        let result = try Recovery(
            node: own.node, log: engine, state: engine, sessionWindowMilliseconds: Fixture.window
        ).run()
        #expect(result.votes.map(\.name) == [LogName(shard: shard, replica: own.replica)])
        var host = host()
        host.add(result.votes)
        _ = askForLong(1_000, &host)
        _ = ask(request(4), of: own, from: second, at: 1_100, &host)
        var last = Effects()
        for moment in stride(from: Int64(1_200), through: 2_300, by: 100) {
            last = ask(request(4), of: own, from: second, at: moment, &host)
        }
        #expect(reply(last)?.isGranted == false)
    }

    /// It begins with the leader's snapshot, which may be of the state before the first entry, and has voted.
    @Test(arguments: [UInt64(0), 3]) func theReplicaThatComesHasVoted(index: UInt64) throws {
        var host = host()
        _ = askForLong(1_000, &host)
        _ = ask(request(4), of: own, from: first, at: 1_100, &host)
        let position = LogPosition(index: LogIndex(index), term: index == 0 ? .zero : Term(2))
        var descriptor = HostBench.descriptor
        descriptor.shard = shard
        descriptor.configuration = Configuration(voters: [first, own, second])
        let key = IncomingKey(peer: first.node, transfer: SnapshotTransfer(7))
        func say(_ message: SnapshotMessage) -> Effects {
            let now = Self.begin + .milliseconds(1_200)
            host.receive(
                SnapshotEnvelope(shard: shard, from: first, to: own, transfer: key.transfer, message: message),
                from: first.node, now: now)
            return host.turn(now: now)
        }
        _ = say(.offer(SnapshotOffer(position: position, descriptor: descriptor, lastVersion: .zero, chain: 0)))
        let last = say(.last(SnapshotTotals(progress: SnapshotProgress(), rows: 0)))
        #expect(last.snapshotTasks.count == 1)
        let applied = AppliedState(
            appliedIndex: position.index, appliedTerm: position.term, baseIndex: position.index,
            baseTerm: position.term, lastVersion: .zero, sessionsCheckpoint: .zero)
        let now = Self.begin + .milliseconds(1_300)
        let state = ShardState(descriptor: descriptor, replica: own.replica, applied: applied, merge: MergeState())
        host.completed(.installed(key, state), now: now)
        let born = host.turn(now: now)
        let write = try #require(born.logWrite)
        let voted = HardState(term: Term(4), vote: first.replica, commit: position.index)
        #expect(host.replica(of: shard)?.group.term == Term(4))
        #expect(write.batch.hardStates.last?.hardState == voted)
        // What it says of its vote waits for that write, and for no earlier one.
        #expect(write.tokens.map(\.shard).contains(shard))
        let again = ask(request(4), of: own, from: second, at: 4_000, &host)
        #expect(again.messages.isEmpty)
    }
}
