import Raft
import Routing
import Testing

@Suite struct ClusterTimeTests {
    @Test func goesOnByTheClientsClockAndNeverBack() {
        var time = ClusterTime()
        #expect(!time.isKnown)
        #expect(time.milliseconds(at: Instant(nanoseconds: 5_000_000)) == 0)
        time.heard(1_000, at: Instant(nanoseconds: 0))
        #expect(time.milliseconds(at: Instant(nanoseconds: 7_000_000)) == 1_007)
        time.heard(500, at: Instant(nanoseconds: 7_000_000))
        #expect(time.milliseconds(at: Instant(nanoseconds: 7_000_000)) == 1_007)
        time.heard(2_000, at: Instant(nanoseconds: 8_000_000))
        #expect(time.milliseconds(at: Instant(nanoseconds: 9_000_000)) == 2_001)
        time.heard(.max, at: Instant(nanoseconds: 9_000_000))
        #expect(time.milliseconds(at: Instant(nanoseconds: 99_000_000)) == .max)
    }
}
