import Host
import Keyspace
import Raft
import Testing

/// Rule 20: the clock that stamps versions, and the stamps.
@Suite struct ClusterClockTests {
    private let start = Fixture.start

    private func instant(_ milliseconds: Double) -> Instant {
        Instant(nanoseconds: 5_000_000_000 + Int64(milliseconds * 1_000_000))
    }

    private func clock() -> ClusterClock { ClusterClock(wallMilliseconds: start, now: instant(0)) }

    @Test("it runs with the steady clock and never back")
    func runs() {
        let clock = clock()
        #expect(clock.milliseconds(at: instant(0)) == start)
        #expect(clock.milliseconds(at: instant(1234.9)) == start + 1234)
        #expect(clock.milliseconds(at: instant(-50)) == start)
    }

    @Test("a node far off the median at its start begins from the median, once")
    func step() {
        var clock = clock()
        #expect(clock.adjust(offsets: [10_000, 9_000], peerCount: 2, now: instant(50)) == 9_000)
        #expect(clock.milliseconds(at: instant(50)) == start + 9_050)
        #expect(clock.adjust(offsets: [10_000, 9_000], peerCount: 2, now: instant(100)) == nil)
    }

    @Test("one wrong clock of three moves nobody")
    func median() {
        var clock = clock()
        #expect(clock.adjust(offsets: [3_600_000, 0], peerCount: 2, now: instant(50)) == nil)
        #expect(clock.milliseconds(at: instant(50)) == start + 50)
    }

    /// Whoever is heard first may be the wrong one, or the only right one.
    @Test("the first peer alone settles nothing where there are more")
    func waitsForJudges() {
        var wrong = clock()
        #expect(wrong.adjust(offsets: [3_600_000], peerCount: 4, now: instant(50)) == nil)
        #expect(wrong.adjust(offsets: [3_600_000, 3_600_000], peerCount: 4, now: instant(100)) == 3_600_000)
        var right = clock()
        #expect(right.adjust(offsets: [-3_600_000], peerCount: 4, now: instant(50)) == nil)
        #expect(right.adjust(offsets: [-3_600_000, 0], peerCount: 4, now: instant(100)) == nil)
        #expect(right.milliseconds(at: instant(100)) == start + 100)
    }

    @Test("but not for ever: the earlier of two clocks counts then")
    func waitsTwoSeconds() {
        var clock = clock()
        // Alone for however long: the first one that is heard is no judge.
        #expect(clock.adjust(offsets: [], peerCount: 2, now: instant(2_500)) == nil)
        #expect(clock.adjust(offsets: [-10_000], peerCount: 2, now: instant(3_000)) == nil)
        #expect(clock.adjust(offsets: [-10_000], peerCount: 2, now: instant(4_999)) == nil)
        #expect(clock.adjust(offsets: [-10_000], peerCount: 2, now: instant(5_000)) == -10_000)
        var pair = self.clock()
        #expect(pair.adjust(offsets: [-10_000], peerCount: 1, now: instant(50)) == -10_000)
    }

    @Test("whoever has denied it counts although it is silent by then", arguments: [-10_000, 10_000] as [Int64])
    func waitsForWhoWasHeard(offset: Int64) {
        var clock = clock()
        #expect(clock.hasWaitedInVain(at: instant(1_999)) == false)
        #expect(clock.hasWaitedInVain(at: instant(2_000)))
        #expect(clock.adjust(offsets: [offset], peerCount: 2, now: instant(2_000)) == nil)
        #expect(clock.adjust(offsets: [], peerCount: 2, now: instant(3_999)) == nil)
        #expect(!clock.isConfirmed && !clock.hasWaitedInVain(at: instant(3_999)))
        // The earlier counts: its own at once, the other one, which may be wrong and is not there to ask, later.
        let step = clock.adjust(offsets: [], peerCount: 2, now: instant(4_000))
        #expect(step == nil && clock.isConfirmed == (offset > 0))
        guard offset < 0 else { return }
        #expect(clock.adjust(offsets: [], peerCount: 2, now: instant(61_999)) == nil)
        var late = clock
        #expect(clock.adjust(offsets: [], peerCount: 2, now: instant(62_000)) == offset)
        #expect(clock.isConfirmed)
        // Whoever is heard then is not told a time that only a silent one has vouched for.
        #expect(clock.adjust(offsets: [-offset], peerCount: 2, now: instant(62_100)) == -offset)
        #expect(!clock.isConfirmed && clock.milliseconds(at: instant(62_100)) == start + 62_100)
        #expect(clock.adjust(offsets: [0], peerCount: 2, now: instant(62_200)) == nil)
        #expect(clock.isConfirmed)
        // Two who come back before that judge.
        #expect(late.adjust(offsets: [0, 1], peerCount: 2, now: instant(62_000)) == nil)
        #expect(late.isConfirmed && late.milliseconds(at: instant(62_000)) == start + 62_000)
    }

    @Test("a node that others go by is not moved by one that comes later and is far off, which goes by it")
    func newcomer() {
        var old = clock()
        #expect(old.adjust(offsets: [], peerCount: 0, now: instant(50)) == nil)
        for tick in 2...100 {
            #expect(old.adjust(offsets: [-15_000], peerCount: 1, now: instant(Double(tick) * 50)) == nil)
        }
        #expect(old.milliseconds(at: instant(5_000)) == start + 5_000)
        var new = clock()
        #expect(new.adjust(offsets: [15_000], peerCount: 1, isNewcomer: true, now: instant(50)) == 15_000)
        var early = clock()
        #expect(early.adjust(offsets: [-15_000], peerCount: 1, isNewcomer: true, now: instant(50)) == -15_000)
    }

    @Test("a settled clock moves to one that is far off only with most of all nodes")
    func majority() {
        var clock = clock()
        #expect(clock.adjust(offsets: [0, 0], peerCount: 2, now: instant(50)) == nil)
        for tick in 2...100 {
            let now = instant(Double(tick) * 50)
            #expect(clock.adjust(offsets: tick < 50 ? [-15_000] : [-15_000, -15_000], peerCount: 2, now: now) == nil)
            if tick == 49 { #expect(clock.milliseconds(at: now) == start + UInt64(tick) * 50) }
        }
        #expect(clock.milliseconds(at: instant(5_000)) < start + 5_000)
    }

    @Test("it is slewed by at most 1 %, in either direction", arguments: [400, -400] as [Int64])
    func slew(offset: Int64) {
        var clock = clock()
        var before = start
        for tick in 1...200 {
            #expect(clock.adjust(offsets: [offset, offset], peerCount: 2, now: instant(Double(tick) * 50)) == nil)
            let now = clock.milliseconds(at: instant(Double(tick) * 50))
            #expect(now >= before, "time went back")
            before = now
        }
        let moved = Int64(before) - Int64(start) - 10_000
        #expect(abs(moved) <= 100)
        #expect(abs(moved) >= 95)
        #expect(moved.signum() == offset.signum())
    }

    /// Parts of milliseconds must not be lost at each correction: they add up to seconds an hour.
    @Test("corrections lose no time", arguments: [50.4, 33.3, 100.9])
    func keepsFractions(interval: Double) {
        var clock = clock()
        for tick in 1...10_000 {
            _ = clock.adjust(offsets: [0, 0], peerCount: 2, now: instant(Double(tick) * interval))
        }
        let elapsed = UInt64(10_000 * interval)
        #expect(clock.milliseconds(at: instant(10_000 * interval)) == start + elapsed)
    }

    @Test("without peers it is left alone, and wild offsets do not trap")
    func extremes() {
        var clock = clock()
        #expect(clock.adjust(offsets: [], peerCount: 2, now: instant(50)) == nil)
        #expect(clock.adjust(offsets: [.max, .max], peerCount: 2, now: instant(60)) != nil)
        _ = clock.adjust(offsets: [.min, .min], peerCount: 2, now: instant(1_000))
        _ = clock.milliseconds(at: .distantFuture)
        _ = clock.milliseconds(at: .distantPast)
        var other = ClusterClock(wallMilliseconds: .max, now: instant(0))
        _ = other.adjust(offsets: [.min, .min, .min], peerCount: 2, now: instant(100))
        _ = other.milliseconds(at: .distantFuture)
    }
}
