import Keyspace
import Raft
import Testing
import Wire

@testable import Host

/// What a left shard's leader makes sure of before it absorbs: that one table can hold the answers of both (rule 22).
@Suite struct MergeBoundTests {
    @Test func aNewLeaderKnowsWhatItsShardRemembers() {
        var small = HostBench.leaderOfPendingMerge(sessions: 40_000)
        #expect(small.absorbs(sessions: 40_000) == true)
        var large = HostBench.leaderOfPendingMerge(sessions: 50_000)
        #expect(large.absorbs(sessions: 50_000) == false)
        // It gives the merge up instead.
        #expect(large.effects.applies.flatMap(\.entries).map(\.index) == [LogIndex(2)])
    }

    /// What is on its way to the applier is remembered by then as well.
    @Test(arguments: [100, 1_000]) func whatIsUnderWayCounts(writes: UInt64) throws {
        var bench = HostBench.leaderOfPendingMerge(sessions: 43_000)
        for number in 1...writes {
            try bench.write(number, session: number)
            // Some are in the log already.
            if number == writes / 2 { bench.turn() }
        }
        #expect(bench.absorbs(sessions: 44_000) == (writes == 100))
    }
}
