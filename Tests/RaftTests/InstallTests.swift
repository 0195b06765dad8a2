@testable import Raft
import Testing

/// The corners of installing a snapshot that a story does not show (rule 31).
@Suite struct InstallTests {
    let later = Instant(nanoseconds: 0) + .seconds(10)

    /// Replica 1 of three with durable entries of these terms, started long ago.
    private func node(_ terms: [UInt64] = [], term: UInt64 = 1, vote: UInt64? = nil) -> TestNode {
        var disk = TestDisk(configuration: Configuration(voters: members([1, 2, 3])))
        disk.entries = terms.enumerated().map { position, term in
            TestEntry(index: LogIndex(UInt64(position + 1)), term: Term(term), content: .empty)
        }
        disk.hardState = HardState(term: Term(term), vote: vote.map { ReplicaID($0) })
        return TestNode(member: member(1), disk: disk, limits: Limits(), seed: 1, now: Instant(nanoseconds: 0))
    }

    private func snapshot(_ index: UInt64, _ term: UInt64, voters: [UInt64] = [1, 2, 3]) -> SnapshotMetadata {
        SnapshotMetadata(
            position: LogPosition(index: LogIndex(index), term: Term(term)),
            configuration: Configuration(voters: members(voters)))
    }

    private func append(_ term: UInt64, _ terms: [UInt64], commit: UInt64 = 0) -> TestMessage {
        let entries = terms.enumerated().map { position, term in
            TestEntry(index: LogIndex(UInt64(position + 1)), term: Term(term), content: .empty)
        }
        return .append(
            Append(
                term: Term(term), previousIndex: .zero, previousTerm: .zero, entries: entries,
                commit: LogIndex(commit), replicatedEverywhere: .zero, sentAt: later))
    }

    @Test func whatFitsNowhereIsRefused() {
        var replica = node([1, 1])
        #expect(replica.group.beginInstall(of: snapshot(5, 1, voters: [2, 3])) == .notAMember)
        #expect(replica.group.beginInstall(of: snapshot(5, 0)) == .malformed)
        #expect(replica.group.beginInstall(of: snapshot(.max, 1)) == .malformed)
        #expect(replica.group.beginInstall(of: snapshot(5, .max)) == .malformed)
        #expect(replica.group.beginInstall(of: snapshot(5, 1, voters: [1, 1])) == .malformed)
        #expect(replica.group.beginInstall(of: snapshot(0, 1)) == .malformed)
        #expect(replica.group.lastIndex == LogIndex(2) && !replica.group.hasReady)
    }

    /// An acceptance waits for the disk; the entries that it speaks of are dropped before the disk is done.
    @Test func acceptancesOfADroppedLogAreForgotten() {
        var replica = node()
        replica.step(append(1, [1, 1, 1]), from: member(2), now: later)
        guard let first = replica.group.takeReady(now: later).persist else {
            Issue.record("nothing to write")
            return
        }
        #expect(replica.install(snapshot(2, 2), now: later) == .accepted)
        let second = replica.group.takeReady(now: later)
        #expect(second.persist?.base == LogBase(position: snapshot(2, 2).position, dropsLog: true))
        #expect(second.persist?.hardState?.term == Term(2) && second.persist?.entries.isEmpty == true)
        replica.group.persisted(first.token, now: later, neighbours: Neighbourhood())
        #expect(replica.group.persistedIndex == LogIndex(2) && replica.group.lastIndex == LogIndex(2))
        if let token = second.persist?.token {
            replica.group.persisted(token, now: later, neighbours: Neighbourhood())
        }
        #expect(replica.group.takeReady(now: later).messages.isEmpty)
    }

    /// The same where the log contains the snapshot: the entries after it stay, and so does what is said of them.
    @Test func acceptancesOfAKeptLogStay() {
        var replica = node()
        replica.step(append(1, [1, 1, 1]), from: member(2), now: later)
        guard let first = replica.group.takeReady(now: later).persist else {
            Issue.record("nothing to write")
            return
        }
        #expect(replica.install(snapshot(2, 1), now: later) == .accepted)
        #expect(replica.group.takeReady(now: later).messages.isEmpty)
        #expect(replica.group.persistedIndex == LogIndex(2) && replica.group.lastIndex == LogIndex(3))
        replica.group.persisted(first.token, now: later, neighbours: Neighbourhood())
        #expect(replica.group.persistedIndex == LogIndex(3))
        #expect(replica.group.takeReady(now: later).messages.count == 1)
    }

    @Test func theTermRisesAndTheVoteIsVoid() {
        var replica = node([1], term: 3, vote: 2)
        #expect(replica.install(snapshot(4, 5), now: later) == .accepted)
        #expect(replica.group.term == Term(5) && replica.group.vote == nil)
        #expect(replica.group.takeReady(now: later).persist?.hardState?.term == Term(5))
    }

    @Test func aCandidateGivesUpWhatItAskedFor() {
        var replica = node([3, 3], term: 3)
        replica.group.startElection(now: later, transfer: nil, neighbours: Neighbourhood())
        #expect(replica.group.role == .candidate)
        #expect(replica.install(snapshot(1, 2), now: later) == .accepted)
        #expect(replica.group.role == .follower && replica.group.term == Term(4))
        #expect(replica.group.lastIndex == LogIndex(1) && replica.group.lastTerm == Term(2))
    }

    @Test func aSnapshotOfAnotherHistoryIsFound() {
        var replica = node()
        #expect(replica.group.beginInstall(of: snapshot(2, 2)) == .accepted)
        replica.step(append(3, [1, 1, 3], commit: 3), from: member(2), now: later)
        #expect(replica.group.commitIndex == LogIndex(3))
        #expect(replica.install(snapshot(2, 2), now: later) == .malformed)
    }

    /// Nothing moves the state while its successor is written; a cancelled installation lets it go on.
    @Test func nothingIsAppliedMeanwhile() {
        var replica = node()
        #expect(replica.group.beginInstall(of: snapshot(9, 1)) == .accepted)
        replica.step(append(1, [1, 1], commit: 2), from: member(2), now: later)
        while let persist = replica.group.takeReady(now: later).persist {
            replica.group.persisted(persist.token, now: later, neighbours: Neighbourhood())
        }
        #expect(replica.group.commitIndex == LogIndex(2) && replica.group.takeReady(now: later).committed.isEmpty)
        replica.group.cancelInstall()
        #expect(replica.group.takeReady(now: later).committed.count == 2)
    }
}
