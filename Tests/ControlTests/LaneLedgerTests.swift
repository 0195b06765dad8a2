import Control
import Raft
import Testing

/// A lane's time goes to the shards that are led there, in proportion to their work.
@Suite struct LaneLedgerTests {
    private func work(
        _ shard: UInt64, _ weight: UInt64, version: UInt64 = 1, isLed: Bool = true
    ) -> LaneLedger.Work {
        LaneLedger.Work(
            shard: ShardID(shard), version: version, isLed: isLed, operations: weight / 2, weight: weight)
    }

    private func share(_ ledger: LaneLedger, _ shard: UInt64, version: UInt64 = 1) -> UInt32 {
        ledger.figure(of: ShardID(shard), version: version).laneShare
    }

    @Test func inProportion() {
        var ledger = LaneLedger()
        ledger.close(
            elapsed: .seconds(2), busy: .seconds(1),
            [work(1, 600_000), work(2, 200_000), work(3, 200_000, isLed: false)])
        #expect(share(ledger, 1) == 300)
        #expect(share(ledger, 2) == 100)
        // Whoever leads it counts that.
        #expect(share(ledger, 3) == 0)
        #expect(ledger.figure(of: ShardID(1), version: 1).operationsPerSecond == 150_000)
    }

    /// A lane that sends snapshots all day has no hot shard.
    @Test func littleWorkIsNoLoad() {
        var ledger = LaneLedger()
        ledger.close(elapsed: .seconds(2), busy: .seconds(2), [work(1, 2_000)])
        #expect(share(ledger, 1) == 10)
    }

    @Test func smoothedAndRounded() {
        var ledger = LaneLedger()
        ledger.close(elapsed: .seconds(2), busy: .seconds(1), [work(1, 1_000_000)])
        #expect(share(ledger, 1) == 500)
        ledger.close(elapsed: .seconds(2), busy: .milliseconds(1_100), [work(1, 1_000_000)])
        // About the same is no news.
        #expect(share(ledger, 1) == 500)
        ledger.close(elapsed: .seconds(2), busy: .seconds(2), [work(1, 2_000_000)])
        #expect(share(ledger, 1) == 762)
    }

    @Test func whatHasNoWorkFadesOut() {
        var ledger = LaneLedger()
        ledger.close(elapsed: .seconds(2), busy: .seconds(1), [work(1, 1_000_000)])
        for _ in 0..<7 { ledger.close(elapsed: .seconds(2), busy: .zero, []) }
        #expect(share(ledger, 1) == 0)
        for _ in 0..<30 { ledger.close(elapsed: .seconds(2), busy: .zero, []) }
        #expect(ledger.figure(of: ShardID(1), version: 1) == LaneLedger.Figure())
    }

    @Test func aShardThatWasSplitIsAnotherOne() {
        var ledger = LaneLedger()
        ledger.close(elapsed: .seconds(2), busy: .seconds(1), [work(1, 1_000_000)])
        #expect(share(ledger, 1, version: 2) == 0)
        ledger.close(elapsed: .seconds(2), busy: .seconds(1), [work(1, 250_000, version: 2), work(2, 250_000)])
        #expect(share(ledger, 1, version: 2) == 250)
        #expect(share(ledger, 1) == 0)
    }

    @Test func nothingTraps() {
        var ledger = LaneLedger()
        let times = [Interval.zero, Interval(nanoseconds: .max), Interval(nanoseconds: .min), .seconds(1)]
        for elapsed in times {
            for busy in times {
                ledger.close(
                    elapsed: elapsed, busy: busy, [work(1, .max), work(2, .max), work(3, 0)])
                ledger.close(elapsed: elapsed, busy: nil, [work(1, .max)])
                #expect(share(ledger, 1) <= 1_000)
            }
        }
    }
}
