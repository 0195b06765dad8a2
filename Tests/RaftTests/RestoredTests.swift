import Raft
import Testing

/// Rule 16: a store that forgot something is an error, never a trap and never silence.
@Suite struct RestoredTests {
    private var sound: Restored<TestPayload> {
        Restored(
            configuration: Configuration(voters: members([1])), hardState: HardState(term: Term(2)),
            truncated: LogPosition(index: LogIndex(2), term: Term(1)),
            applied: LogPosition(index: LogIndex(3), term: Term(1)),
            termRuns: [TermRun(first: LogIndex(3), term: Term(1)), TermRun(first: LogIndex(4), term: Term(2))],
            entries: [TestEntry(index: LogIndex(4), term: Term(2), content: .empty)], lastIndex: LogIndex(4))
    }

    private func error(_ change: (inout Restored<TestPayload>) -> Void) -> RestoreError? {
        var restored = sound
        change(&restored)
        do throws(RestoreError) {
            try restored.validate()
            return nil
        } catch {
            return error
        }
    }

    @Test func soundStateIsAccepted() throws {
        try sound.validate()
        let group = TestGroup(
            member: member(1), restored: sound, limits: Limits(), seed: 1, startedAt: Instant(nanoseconds: 0))
        #expect(group.lastIndex == LogIndex(4) && group.lastTerm == Term(2) && group.commitIndex == LogIndex(3))
        #expect(group.termAt(LogIndex(2)) == Term(1) && group.termAt(LogIndex(1)) == nil)
    }

    @Test func forgettingIsFound() {
        #expect(error { $0.truncated.index = LogIndex(4) } == .truncatedBeyondApplied)
        #expect(error { $0.applied.index = LogIndex(5) } == .appliedBeyondLog)
        #expect(error { $0.hardState.commit = LogIndex(5) } == .commitBeyondLog)
        #expect(error { $0.hardState.term = Term(1) } == .termBehindLog)
        #expect(error { $0.termRuns = Array($0.termRuns.dropFirst()) } == .termRunsDoNotFit)
        #expect(error { $0.termRuns[1].term = .zero } == .termRunsDoNotFit)
        #expect(error { $0.termRuns[1].first = LogIndex(.max) } == .termRunsDoNotFit)
        #expect(error { $0.entries = [] } == .entriesDoNotFit)
        #expect(error { $0.entries[0].term = Term(1) } == .entriesDoNotFit)
        #expect(error { $0.applied.term = Term(2) } == .entriesDoNotFit)
        #expect(error { $0.configuration.voters = [] } == .noVoters)
        #expect(error { $0.hardState.term = Term(.max) } == .outOfRange)
    }

    /// A snapshot's base may be of a later term than the replica ever stored; its old vote is void then.
    @Test func termRisesToTheBase() {
        let restored = Restored<TestPayload>(
            configuration: Configuration(voters: members([1, 2])),
            hardState: HardState(term: Term(3), vote: ReplicaID(2)),
            truncated: LogPosition(index: LogIndex(9), term: Term(5)),
            applied: LogPosition(index: LogIndex(9), term: Term(5)), lastIndex: LogIndex(9))
        var group = TestGroup(
            member: member(1), restored: restored, limits: Limits(), seed: 1, startedAt: Instant(nanoseconds: 0))
        #expect(group.term == Term(5) && group.vote == nil)
        let ready = group.takeReady(now: Instant(nanoseconds: 0))
        #expect(ready.persist?.hardState == HardState(term: Term(5), vote: nil, commit: LogIndex(9)))
    }
}
