package import Raft

/// The clock that stamps versions: wall time at start, then steady time, slewed by at most 1 % towards the median
/// of the nodes' clocks (rule 20). The wall clock is never asked again, so its jumps do not matter.
package struct ClusterClock: Sendable {
    /// Milliseconds since 1970 at `anchor`.
    private var base: Int64
    private var anchor: Instant
    /// Whether a median has been adopted outright: once, at the start, when this node is far off.
    private var isSettled = false

    /// More than this off the median at the start: begin from the median, in milliseconds.
    static let stepThresholdMilliseconds: Int64 = 500
    /// The slew, as a divisor of elapsed time: 1 %.
    private static let slewDivisor: Int64 = 100

    package init(wallMilliseconds: UInt64, now: Instant) {
        base = Int64(clamping: wallMilliseconds)
        anchor = now
    }

    /// Milliseconds since 1970 by the cluster's clock.
    package func milliseconds(at now: Instant) -> UInt64 {
        let elapsed = max(0, (now - anchor).milliseconds)
        return UInt64(clamping: max(0, base &+ elapsed))
    }

    /// Moves towards the median of `offsets` (theirs minus ours, in milliseconds, one per peer; our own zero is
    /// added here). Returns the step when the clock was set outright.
    package mutating func adjust(offsets: [Int64], now: Instant) -> Int64? {
        guard !offsets.isEmpty else { return nil }
        let sorted = (offsets + [0]).sorted()
        // The lower of two middles: with one peer, a clock is never pushed ahead by it alone.
        let median = sorted[(sorted.count - 1) / 2]
        let elapsed = (now - anchor).milliseconds
        if !isSettled {
            isSettled = true
            if abs(median) > Self.stepThresholdMilliseconds {
                base &+= median
                return median
            }
        }
        guard elapsed >= Self.slewDivisor else { return nil }
        let most = elapsed / Self.slewDivisor
        base = Int64(clamping: milliseconds(at: now)) &+ min(max(median, -most), most)
        anchor = now
        return nil
    }
}
