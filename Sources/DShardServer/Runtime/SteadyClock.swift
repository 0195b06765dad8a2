import Foundation
import Raft

/// The clocks of this process: CLOCK_BOOTTIME for everything that decides, the wall clock once at the start.
enum SteadyClock {
    private static let origin = ContinuousClock.now
    private static let monotonicOrigin = SuspendingClock.now

    /// Steady time that goes on while the machine sleeps (rule 6); zero is some moment early in the process.
    static func now() -> Instant {
        Instant(nanoseconds: nanoseconds(ContinuousClock.now - origin))
    }

    /// By how much steady time has run ahead of the clock that stops in sleep: it grows when the machine was
    /// suspended (rule 6).
    static func suspended() -> Interval {
        let boot = nanoseconds(ContinuousClock.now - origin)
        let monotonic = nanoseconds(SuspendingClock.now - monotonicOrigin)
        return Interval(nanoseconds: boot - monotonic)
    }

    /// Milliseconds since 1970. Read at the start only (DESIGN §11).
    static func wallMilliseconds() -> UInt64 {
        UInt64(max(0, Date().timeIntervalSince1970 * 1_000))
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
