import Keyspace
import Testing

/// Rule 20: stamp = max(last + 1, cluster clock); counter overflow carries; no wrap, no trap.
@Suite struct TimestampTests {
    @Test func partsComeBack() {
        let stamp = Timestamp(milliseconds: 1_700_000_000_123, counter: 0xBEEF)
        #expect(stamp.milliseconds == 1_700_000_000_123)
        #expect(stamp.counter == 0xBEEF)
        #expect(stamp.rawValue == 1_700_000_000_123 << 16 | 0xBEEF)
    }

    @Test func counterOverflowCarries() {
        let last = Timestamp(milliseconds: 10, counter: .max)
        #expect(last.advanced(by: 1) == Timestamp(milliseconds: 11, counter: 0))
        #expect(Timestamp.next(after: last, clock: 10) == Timestamp(milliseconds: 11, counter: 0))
        #expect(Timestamp(milliseconds: 10, counter: 5).advanced(by: 65_536) == Timestamp(milliseconds: 11, counter: 5))
    }

    @Test func nextIsLaterThanLastAndNotBeforeTheClock() {
        #expect(Timestamp.next(after: .zero, clock: 7) == Timestamp(milliseconds: 7))
        #expect(Timestamp.next(after: Timestamp(milliseconds: 7), clock: 7) == Timestamp(milliseconds: 7, counter: 1))
        // The clock went back: replicated time does not.
        #expect(Timestamp.next(after: Timestamp(milliseconds: 9), clock: 7) == Timestamp(milliseconds: 9, counter: 1))
    }

    @Test func theEndIsNeverPassed() {
        #expect(Timestamp(.max).advanced(by: 1) == Timestamp(.max))
        #expect(Timestamp(.max - 1).advanced(by: .max) == Timestamp(.max))
        #expect(Timestamp.next(after: Timestamp(.max), clock: .max) == Timestamp(.max))
        #expect(Timestamp(milliseconds: .max).milliseconds == 1 << 48 - 1)
    }
}
