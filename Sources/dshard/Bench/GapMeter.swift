/// The longest time without one success, in nanoseconds, the time to the first and from the last included.
struct GapMeter: Sendable {
    private var last: UInt64
    private(set) var longest: UInt64 = 0

    init(start: UInt64) { last = start }

    /// An operation succeeded at `time`; what lies before the last success changes nothing.
    mutating func success(at time: UInt64) {
        guard time > last else { return }
        longest = max(longest, time - last)
        last = time
    }

    /// Nothing more comes.
    mutating func finish(at time: UInt64) { success(at: time) }
}
