import Raft
@testable import Simulator
import Testing

/// What a replica may not claim.
@Suite struct ClaimTests {
    private func claim(
        commit: UInt64, of term: UInt64 = 2, applied: UInt64 = 0, truncated: UInt64 = 0, last: UInt64, leads: UInt64 = 0
    ) -> Claim {
        var claim = Claim()
        claim.commit = LogIndex(commit)
        claim.commitTerm = Term(term)
        claim.applied = LogIndex(applied)
        claim.truncated = LogIndex(truncated)
        claim.last = LogIndex(last)
        claim.ledTerm = Term(leads)
        return claim
    }

    @Test func whatGoesOnIsFine() {
        let next = claim(commit: 6, applied: 5, truncated: 3, last: 7, leads: 2)
        #expect(next.mistake(after: claim(commit: 5, last: 6, leads: 2)) == nil)
    }

    @Test func indexesAreInOrder() {
        #expect(claim(commit: 8, last: 7).mistake(after: Claim()) != nil)
        #expect(claim(commit: 4, applied: 5, last: 7).mistake(after: Claim()) != nil)
        #expect(claim(commit: 6, applied: 5, truncated: 6, last: 7).mistake(after: Claim()) != nil)
    }

    @Test func commitNeverGoesBack() {
        #expect(claim(commit: 4, last: 7).mistake(after: claim(commit: 5, last: 7)) != nil)
    }

    @Test func aLeaderOnlyAppends() {
        let seen = claim(commit: 5, last: 9, leads: 2)
        #expect(claim(commit: 5, last: 8, leads: 2).mistake(after: seen) != nil)
        #expect(claim(commit: 5, last: 8, leads: 3).mistake(after: seen) == nil)
    }

    @Test func aLeaderCommitsByItsOwnTerm() {
        let seen = claim(commit: 5, of: 2, last: 9, leads: 3)
        #expect(claim(commit: 6, of: 2, last: 9, leads: 3).mistake(after: seen) != nil)
        #expect(claim(commit: 9, of: 3, last: 9, leads: 3).mistake(after: seen) == nil)
    }
}
