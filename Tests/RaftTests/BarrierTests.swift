@testable import Raft
import Testing

/// A log that waits before an entry goes on growing behind it, but not without a bound.
@Suite struct BarrierTests {
    private let start = Instant(nanoseconds: 0)
    private var later: Instant { start + .seconds(10) }

    private func node(voters: [UInt64]) -> TestNode {
        var limits = Limits()
        limits.barrierBytesMax = 1_000
        limits.cacheBytesMax = 100
        return TestNode(
            member: member(1), disk: TestDisk(configuration: Configuration(voters: members(voters))), limits: limits,
            seed: 1, now: start)
    }

    /// Everything that is asked for is done; what is said to others.
    private func settle(_ node: inout TestNode) -> [TestMessage] {
        var messages: [TestMessage] = []
        for _ in 0..<10 where node.group.hasReady || !node.pending.isEmpty {
            let ready = node.group.takeReady(now: later)
            if let persist = ready.persist { node.pending.append(persist) }
            while !node.pending.isEmpty { node.persistOne(now: later) }
            for entry in ready.committed { node.disk.apply(entry) }
            if let last = ready.committed.last { node.group.applied(last.index, now: later) }
            messages += ready.messages.map(\.message)
        }
        return messages
    }

    /// One more entry of the leader, which has this much committed; what the follower answers.
    private func append(_ text: String, at index: UInt64, to node: inout TestNode) -> AppendReply.Outcome? {
        let entry = TestEntry(index: LogIndex(index), term: Term(1), content: .payload(TestPayload(text: text)))
        let append = Append(
            term: Term(1), previousIndex: LogIndex(index - 1), previousTerm: index == 1 ? .zero : Term(1),
            entries: [entry], commit: LogIndex(index), replicatedEverywhere: .zero, sentAt: later)
        node.step(.append(append), from: member(2), now: later)
        for message in settle(&node) {
            if case .appendReply(let reply) = message { return reply.outcome }
        }
        return nil
    }

    @Test func aFollowerThatWaitsTakesSoMuch() {
        var node = node(voters: [1, 2, 3])
        let text = String(repeating: "x", count: 100)
        #expect(append("|", at: 1, to: &node) == .accepted(match: LogIndex(1)))
        #expect(node.group.barrier == LogIndex(1))
        var last: UInt64 = 1
        while last < 100, append(text, at: last + 1, to: &node) != .diskFull {
            last += 1
            #expect(node.group.lastIndex == LogIndex(last))
        }
        #expect(last < 10 && node.group.cachedBytes <= 1_150)
        // A new leader asks what it has.
        #expect(append(text, at: last, to: &node) == .accepted(match: LogIndex(last)))
        #expect(append(text, at: last + 1, to: &node) == .diskFull)
        // The wait is over.
        let entry = node.group.takeBarrier()
        #expect(entry?.index == LogIndex(1))
        if let entry { node.disk.apply(entry) }
        node.group.applied(LogIndex(1), now: later)
        _ = settle(&node)
        #expect(node.group.appliedIndex == LogIndex(last))
        #expect(append(text, at: last + 1, to: &node) == .accepted(match: LogIndex(last + 1)))
    }

    /// A snapshot ends it as well, whatever was refused meanwhile.
    @Test func aSnapshotEndsTheWait() {
        var node = node(voters: [1, 2, 3])
        let text = String(repeating: "x", count: 100)
        _ = append("|", at: 1, to: &node)
        var last: UInt64 = 1
        while last < 100, append(text, at: last + 1, to: &node) != .diskFull { last += 1 }
        let snapshot = SnapshotMetadata(
            position: LogPosition(index: LogIndex(last + 20), term: Term(1)),
            configuration: Configuration(voters: members([1, 2, 3])))
        #expect(node.group.beginInstall(of: snapshot) == .accepted)
        #expect(node.install(snapshot, now: later) == .accepted)
        _ = settle(&node)
        #expect(node.group.barrier == nil)
        #expect(append(text, at: last + 21, to: &node) == .accepted(match: LogIndex(last + 21)))
    }

    @Test func aLeaderThatWaitsProposesSoMuch() throws {
        var node = node(voters: [1])
        node.tick(now: later)
        _ = settle(&node)
        #expect(node.group.role == .leader)
        _ = try node.group.propose(TestPayload(text: "|"), now: later)
        _ = settle(&node)
        #expect(node.group.barrier == LogIndex(2))
        var refusal: ProposeError?
        for _ in 0..<100 where refusal == nil {
            do throws(ProposeError) {
                _ = try node.group.propose(TestPayload(text: String(repeating: "x", count: 100)), now: later)
            } catch {
                refusal = error
            }
            _ = settle(&node)
        }
        #expect(refusal == .waitsAtBarrier && node.group.cachedBytes <= 1_150)
        let entry = node.group.takeBarrier()
        #expect(entry?.index == LogIndex(2))
        node.group.applied(LogIndex(2), now: later)
        _ = settle(&node)
        _ = try node.group.propose(TestPayload(text: "y"), now: later)
    }

    /// A leader may have lost its knowledge of what is committed, and find no majority for an entry of its own term.
    @Test func whoeverWaitsAtAnEntryTellsThatItIsCommitted() {
        var disk = TestDisk(configuration: Configuration(voters: members([1])))
        disk.entries = [
            TestEntry(index: LogIndex(1), term: Term(1), content: .payload(TestPayload(text: "a"))),
            TestEntry(index: LogIndex(2), term: Term(1), content: .payload(TestPayload(text: "b"))),
        ]
        disk.hardState = HardState(term: Term(1))
        var node = TestNode(member: member(1), disk: disk, limits: Limits(), seed: 1, now: start)
        #expect(node.group.learnCommitted(LogPosition(index: LogIndex(1), term: Term(1))) == true)
        #expect(node.group.commitIndex == LogIndex(1) && node.group.learnedCommit == LogIndex(1))
        #expect(node.group.learnCommitted(LogPosition(index: LogIndex(2), term: Term(2))) == false)
        #expect(node.group.learnCommitted(LogPosition(index: LogIndex(3), term: Term(1))) == false)
        #expect(node.group.commitIndex == LogIndex(1))
    }
}
