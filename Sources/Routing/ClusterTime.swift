package import Raft

/// What the cluster's clock shows, as far as a client can know: the last answer that carried it, and the client's own
/// steady clock since.
package struct ClusterTime: Sendable {
    private var milliseconds: UInt64 = 0
    private var heardAt = Instant(nanoseconds: 0)

    /// Nothing heard yet.
    package init() {}

    /// Whether some node has told its clock yet.
    package private(set) var isKnown = false

    /// A node's clock, heard at `now`. A clock that runs behind what this one shows is of a slower node: time does not
    /// go back.
    package mutating func heard(_ milliseconds: UInt64, at now: Instant) {
        guard milliseconds > 0, !isKnown || milliseconds > self.milliseconds(at: now) else { return }
        self.milliseconds = milliseconds
        heardAt = now
        isKnown = true
    }

    /// Milliseconds since 1970; zero while unknown.
    package func milliseconds(at now: Instant) -> UInt64 {
        let elapsed = max(0, (now - heardAt).milliseconds)
        let (sum, overflow) = milliseconds.addingReportingOverflow(isKnown ? UInt64(elapsed) : 0)
        return overflow ? .max : sum
    }
}
