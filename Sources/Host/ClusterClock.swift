package import Raft

/// The clock that stamps versions: wall time at start, then steady time, slewed by at most 1 % towards the median
/// of the nodes' clocks (rule 20). The wall clock is never asked again, so its jumps do not matter.
package struct ClusterClock: Sendable {
    /// Milliseconds since 1970 at `anchor`.
    private var base: Int64
    private var anchor: Instant
    /// When this clock began.
    private let start: Instant
    /// Whether a median has been adopted outright: once, at the start, when this node is far off.
    private var isSettled = false
    /// When another clock was heard for the first time.
    private var heardFirstAt: Instant?
    /// Where the clock would have been set, in milliseconds, had those who were heard been enough to tell, and when.
    private var denial: (offset: Int64, at: Instant)?
    /// By how much it was set by one that was silent already: taken back as soon as anybody is heard.
    private var loan: Int64?
    /// Whether others' clocks have confirmed or set this one. Until then it may be off by years.
    package private(set) var isConfirmed = false

    /// More than this off the median at the start: begin from the median, in milliseconds.
    static let stepThresholdMilliseconds: Int64 = 500
    /// The slew, as a divisor of elapsed time: 1 %.
    private static let slewDivisor: Int64 = 100
    /// There and back, for the comparison that confirms a clock: half of it is no more than the threshold.
    static let firstWayMax = Interval.milliseconds(1_000)
    /// So many peers' clocks show whose is wrong: of two clocks that differ nobody can tell.
    private static let judges = 2
    /// How long a clock that is far off waits for them, once it has heard one.
    private static let judgesAwaited = Interval.milliseconds(2000)
    /// The same once the one that it has heard is silent again, and was the earlier.
    private static let judgesAwaitedAlone = Interval.seconds(60)

    /// Starts from the wall clock, in milliseconds since 1970, as read at `now`.
    package init(wallMilliseconds: UInt64, now: Instant) {
        base = Int64(clamping: wallMilliseconds)
        anchor = now
        start = now
    }

    /// Milliseconds since 1970 by the cluster's clock.
    package func milliseconds(at now: Instant) -> UInt64 {
        let elapsed = max(0, (now - anchor).milliseconds)
        return UInt64(clamping: max(0, base &+ elapsed))
    }

    /// Whether a start has waited long enough for a first one, and none was heard. Whoever was heard has denied this
    /// clock, or it would be confirmed.
    package func hasWaitedInVain(at now: Instant) -> Bool {
        heardFirstAt == nil && now - start >= Self.judgesAwaited
    }

    /// How far another clock that showed `milliseconds` at `moment`, which may lie a little back, is ahead of this one.
    package func offset(of milliseconds: UInt64, at moment: Instant) -> Int64 {
        let elapsed = (moment - anchor).nanoseconds
        // Rounded down, as the other side did: else a difference of half a millisecond would always be left.
        let whole = elapsed / 1_000_000 - (elapsed % 1_000_000 < 0 ? 1 : 0)
        return Int64(clamping: milliseconds) &- (base &+ whole)
    }

    /// Moves towards the median of `offsets` (theirs minus ours, in milliseconds, one per peer that was heard; our own
    /// zero is added here, but for a newcomer, by which nobody goes yet). `peerCount` is how many peers there are.
    /// Returns the step when the clock was set outright.
    package mutating func adjust(
        offsets: [Int64], peerCount: Int, isNewcomer: Bool = false, now: Instant
    ) -> Int64? {
        guard peerCount > 0 else {
            // Others are told this time from now on: a node that comes later goes by it, not the other way round.
            // One without shards may only not know its peers yet.
            if !isNewcomer {
                isConfirmed = true
                isSettled = true
            }
            return nil
        }
        guard !offsets.isEmpty else { return isNewcomer ? nil : goOnAlone(now: now) }
        if let loan { return giveBack(loan, now: now) }
        let firstHeard = heardFirstAt ?? now
        heardFirstAt = firstHeard
        let isNew = isNewcomer && !isSettled
        let clocks = (isNew ? offsets : offsets + [0]).sorted()
        // The lower of two middles: with one peer, a clock is never pushed ahead by it alone.
        let median = clocks[(clocks.count - 1) / 2]
        let isFar = !Self.isNear(median, 0)
        if !isSettled {
            // A newcomer has time: by its own clock it could not tell that a single other one is wrong.
            let hasWaited = !isNewcomer && now - firstHeard >= Self.judgesAwaited
            let isJudged = offsets.count >= min(Self.judges, peerCount) || hasWaited
            // The first peer that is heard may be the wrong one, and the one that is not moved by it may be wrong too.
            guard isJudged || offsets.allSatisfy({ Self.isNear($0, 0) }) else {
                denial = (median, now)
                return nil
            }
            isConfirmed = true
            isSettled = isJudged
            if isFar {
                base &+= median
                return median
            }
        }
        // Whoever is far off moves nobody who is settled, unless most of all nodes are there too.
        guard !isFar || clocks.count(where: { Self.isNear($0, median) }) * 2 > peerCount + 1 else { return nil }
        slew(towards: median, now: now)
        return nil
    }

    /// Whoever has denied this clock is silent by now. The earlier of the two counts: its own as soon as the other ones
    /// are no longer waited for, that one's much later, and only until somebody is heard, since it may be the wrong one
    /// and is not there to ask.
    private mutating func goOnAlone(now: Instant) -> Int64? {
        guard !isConfirmed, let denial else { return nil }
        let isOwnEarlier = denial.offset >= 0 || Self.isNear(denial.offset, 0)
        guard now - denial.at >= (isOwnEarlier ? Self.judgesAwaited : Self.judgesAwaitedAlone) else { return nil }
        isConfirmed = true
        heardFirstAt = nil
        guard !isOwnEarlier else { return nil }
        base &+= denial.offset
        loan = denial.offset
        return denial.offset
    }

    private mutating func giveBack(_ loan: Int64, now: Instant) -> Int64 {
        self.loan = nil
        denial = nil
        isConfirmed = false
        heardFirstAt = now
        base &-= loan
        return 0 &- loan
    }

    private mutating func slew(towards median: Int64, now: Instant) {
        let elapsed = (now - anchor).milliseconds
        guard elapsed >= Self.slewDivisor else { return }
        let most = elapsed / Self.slewDivisor
        base = base &+ elapsed &+ min(max(median, -most), most)
        // Not `now`: the part of a millisecond that is left would be lost at every correction.
        anchor = anchor + .milliseconds(elapsed)
    }

    private static func isNear(_ a: Int64, _ b: Int64) -> Bool {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        return !overflow && difference.magnitude <= stepThresholdMilliseconds.magnitude
    }
}
