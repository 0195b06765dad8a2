import Histogram

/// Counts what happens inside the measured time. All times are nanoseconds of one monotonic clock.
struct BenchTally {
    /// How an operation ended.
    enum Outcome: String, Sendable {
        case ok
        /// Definitely without an effect.
        case failed
        /// Sent, and nobody knows.
        case unknown
    }

    /// Where the measured time begins; operations that began before it are warmup.
    private let begin: UInt64
    private var gap: GapMeter
    /// In microseconds, with three digits: counters of a finer unit would not fit the processor's cache.
    private var latencies = Histogram<UInt32>(
        lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
    private var longest: UInt64 = 0
    private var lastEnd: UInt64
    private(set) var operations: UInt64 = 0
    private(set) var errors: UInt64 = 0
    private(set) var unknown: UInt64 = 0
    /// Successes of all time, warmup included, for the progress.
    private(set) var successes: UInt64 = 0

    init(begin: UInt64) {
        self.begin = begin
        gap = GapMeter(start: begin)
        lastEnd = begin
    }

    /// An operation that was meant to start at `start` ended at `end`.
    mutating func record(_ outcome: Outcome, start: UInt64, end: UInt64) {
        if outcome == .ok {
            successes += 1
            gap.success(at: end)
        }
        guard start >= begin else { return }
        lastEnd = max(lastEnd, end)
        switch outcome {
        case .ok:
            operations += 1
            let latency = end >= start ? end - start : 0
            longest = max(longest, latency)
            _ = latencies.record(max(1, min((latency + 500) / 1_000, 3_600_000_000)))
        case .failed: errors += 1
        case .unknown: unknown += 1
        }
    }

    /// The figures, when the measured time was to end at `end` and nothing is in flight any more.
    mutating func finish(end: UInt64) -> Figures {
        let end = max(end, lastEnd)
        gap.finish(at: end)
        return Figures(
            duration: end - begin, operations: operations, errors: errors, unknown: unknown,
            p50: percentile(50), p99: percentile(99), p999: percentile(99.9), longest: longest, gap: gap.longest)
    }

    private func percentile(_ percentile: Double) -> UInt64 {
        operations == 0 ? 0 : min(longest, latencies.valueAtPercentile(percentile) * 1_000)
    }

    /// What a benchmark is about, in nanoseconds and operations.
    struct Figures: Equatable, Sendable {
        var duration: UInt64
        var operations: UInt64
        var errors: UInt64
        var unknown: UInt64
        var p50: UInt64
        var p99: UInt64
        var p999: UInt64
        var longest: UInt64
        var gap: UInt64
    }
}
