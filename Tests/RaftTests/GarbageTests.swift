import Raft
import Testing

/// Whatever a peer sends: no trap, no lost commit, no broken invariant.
@Suite struct GarbageTests {
    @Test(arguments: 1...25) func stepSurvivesAnything(seed: UInt64) {
        var random = TestRandom(seed)
        var nodes = Story()
        _ = try? nodes.run("nodes 1 2 3")
        _ = try? nodes.run("elect \(1 + seed % 3)")
        _ = try? nodes.run("propose 1 a b c")
        _ = try? nodes.run("settle quietly")
        guard var node = nodes.nodes[1] else { return }
        for step in 0..<300 {
            let now = Instant(nanoseconds: Int64(step) * Int64(random.below(40_000_000)))
            let commit = node.group.commitIndex
            node.step(message(&random, node.group), from: member(UInt64(random.below(5))), now: now)
            #expect(node.group.commitIndex >= commit)
            if random.chance(30) { node.tick(now: now) }
            if random.chance(10) { _ = try? node.group.propose(TestPayload(text: "x"), now: now) }
            if random.chance(10) { _ = node.read(ReadID(random.next()), now: now) }
            node.group.followerLeft(ReplicaID(random.next() % 5), term: node.group.term)
            node.group.loaded(follower: ReplicaID(random.next() % 5), entries: entries(&random, node.group), now: now)
            node.group.applied(index(&random, node.group), now: now)
            report(&random, &node, now: now)
            node.group.truncate(through: index(&random, node.group))
            let ready = node.group.takeReady(now: now)
            if let persist = ready.persist { node.pending.append(persist) }
            if random.chance(70) { node.persistOne(now: now) }
            node.group.checkInvariants()
        }
    }

    private func index(_ random: inout TestRandom, _ group: TestGroup) -> LogIndex {
        switch random.below(6) {
        case 0: LogIndex(.max)
        case 1: LogIndex(.max / 2)
        case 2: .zero
        default: LogIndex(group.lastIndex.rawValue &+ UInt64(random.below(5)) &- 2)
        }
    }

    private func term(_ random: inout TestRandom, _ group: TestGroup) -> Term {
        switch random.below(12) {
        case 0: Term(.max)
        case 1: Term((.max >> 1) - 1)
        case 2: .zero
        case 3: group.term.next
        default: group.term
        }
    }

    private func instant(_ random: inout TestRandom) -> Instant {
        switch random.below(4) {
        case 0: .distantPast
        case 1: .distantFuture
        default: Instant(nanoseconds: Int64(bitPattern: random.next()))
        }
    }

    private func entries(_ random: inout TestRandom, _ group: TestGroup) -> [TestEntry] {
        var at = index(&random, group)
        return (0..<random.below(4)).map { _ in
            at = random.chance(80) ? at.next : index(&random, group)
            let content: TestEntry.Content =
                random.chance(20) ? .configuration(Configuration(voters: members([UInt64(random.below(5))]))) : .empty
            return TestEntry(index: at, term: term(&random, group), content: content)
        }
    }

    /// Reports and snapshots that fit nothing.
    private func report(_ random: inout TestRandom, _ node: inout TestNode, now: Instant) {
        let follower = ReplicaID(random.next() % 5)
        switch random.below(12) {
        case 0: node.group.snapshotSent(to: follower, index: index(&random, node.group), now: now)
        case 1: node.group.snapshotStarted(to: follower, index: index(&random, node.group))
        case 2: node.group.snapshotFailed(to: follower, now: now)
        case 3: node.group.snapshotWanted(by: follower)
        case 4: node.group.cancelInstall()
        case 5:
            let snapshot = SnapshotMetadata(
                position: LogPosition(index: index(&random, node.group), term: term(&random, node.group)),
                configuration: Configuration(voters: members([1, UInt64(random.below(5))])))
            if random.chance(50) { _ = node.group.beginInstall(of: snapshot) }
        case 6: _ = try? node.propose(Configuration(voters: members([1, UInt64(random.below(5))])), now: now)
        default: break
        }
    }

    private func message(_ random: inout TestRandom, _ group: TestGroup) -> TestMessage {
        let term = term(&random, group)
        let (a, b) = (index(&random, group), index(&random, group))
        let other = self.term(&random, group)
        switch random.below(8) {
        case 0, 1:
            var entries = entries(&random, group)
            if random.chance(60) { for position in entries.indices { entries[position].term = term } }
            let known = group.termAt(a) ?? other
            let previous = entries.first.map(\.index.previous) ?? a
            return .append(
                Append(
                    term: term, previousIndex: random.chance(70) ? previous : a, previousTerm: known, entries: entries,
                    commit: b, replicatedEverywhere: index(&random, group), sentAt: instant(&random)))
        case 2, 3:
            let outcome: AppendReply.Outcome =
                switch random.below(3) {
                case 0: .accepted(match: a)
                case 1: .rejected(rejected: a, hintIndex: b, hintTerm: other)
                default: .diskFull
                }
            return .appendReply(AppendReply(term: term, outcome: outcome, sentAt: instant(&random)))
        case 4:
            return .voteRequest(
                VoteRequest(
                    term: term, isPreVote: random.chance(50), lastIndex: a, lastTerm: other,
                    transfer: random.chance(30) ? TransferID(1) : nil))
        case 5: return .voteReply(VoteReply(term: term, isPreVote: random.chance(50), isGranted: random.chance(50)))
        case 6:
            return .heartbeat(
                Heartbeat(
                    term: term, commit: a, round: random.next(), replicatedEverywhere: b, sentAt: instant(&random)))
        default:
            return random.chance(50)
                ? .heartbeatReply(HeartbeatReply(term: term, round: random.next() % 3, sentAt: instant(&random)))
                : .timeoutNow(TimeoutNow(term: term, transfer: TransferID(1)))
        }
    }
}
