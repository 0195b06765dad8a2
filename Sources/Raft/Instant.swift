/// A point on one node's own steady clock (CLOCK_BOOTTIME), in nanoseconds. Points of different
/// nodes are never compared.
package struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Since an origin that only this node knows; `.min` and `.max` mean "never" on either side.
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Before everything: "never heard".
    package static let distantPast = Instant(nanoseconds: .min)

    /// After everything: "no deadline".
    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Saturating, so that `distantPast` stays in the past.
    package static func + (a: Instant, b: Interval) -> Instant {
        if a == .distantPast || a == .distantFuture { return a }
        let (sum, overflow) = a.nanoseconds.addingReportingOverflow(b.nanoseconds)
        if overflow { return b.nanoseconds < 0 ? .distantPast : .distantFuture }
        return Instant(nanoseconds: sum)
    }

    /// How long after `b` this point lies; saturating.
    package static func - (a: Instant, b: Instant) -> Interval {
        let (difference, overflow) = a.nanoseconds.subtractingReportingOverflow(b.nanoseconds)
        if overflow { return Interval(nanoseconds: a > b ? .max : .min) }
        return Interval(nanoseconds: difference)
    }

    package var description: String { "\(nanoseconds / 1_000_000)ms" }
}

/// A length of steady time, in nanoseconds.
package struct Interval: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Negative when it points back in time.
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// No time at all.
    package static let zero = Interval(nanoseconds: 0)
    /// From microseconds. For constants and checked values: a count beyond ±292 years overflows.
    package static func microseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000) }
    /// From milliseconds. For constants and checked values: a count beyond ±292 years overflows.
    package static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000) }
    /// From seconds. For constants and checked values: a count beyond ±292 years overflows.
    package static func seconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000_000) }

    package static func < (a: Interval, b: Interval) -> Bool { a.nanoseconds < b.nanoseconds }

    /// Whole milliseconds, rounded down.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }
    package var description: String { "\(milliseconds)ms" }
}
