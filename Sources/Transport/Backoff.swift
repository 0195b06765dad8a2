package import Raft

/// How long to wait before the next attempt to connect: doubles with each failure, with jitter, so that many nodes
/// do not knock at one that restarts in step.
package struct Backoff: Sendable {
    private let least: Interval
    private let most: Interval
    private var ceiling: Interval

    /// Waits between half of `least` and `most`.
    package init(least: Interval = .milliseconds(20), most: Interval = .seconds(1)) {
        self.least = least
        self.most = most
        ceiling = least
    }

    /// A success: the next wait is a short one again.
    package mutating func reset() { ceiling = least }

    /// The next wait: between a half and the whole of the current ceiling, which then doubles.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Interval {
        let whole = max(2, ceiling.nanoseconds)
        let (doubled, overflow) = whole.multipliedReportingOverflow(by: 2)
        ceiling = Interval(nanoseconds: overflow ? most.nanoseconds : min(doubled, most.nanoseconds))
        return Interval(nanoseconds: Int64.random(in: whole / 2...whole, using: &generator))
    }
}
