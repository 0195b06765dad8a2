import NIOCore

/// Says when the next operation starts. Owned by one event loop. Times are nanoseconds of its clock.
///
/// Closed loop: at once. Open loop: operation k at start + k / rate, given to whichever client is free, so that a slow
/// answer delays nobody's start on paper: the latency of an operation that starts late counts from its own time.
final class Pacer {
    private let loop: any EventLoop
    /// Between two operations of the open loop; nil is the closed loop.
    private let interval: Double?
    private let start: UInt64
    /// No operation starts from here on.
    private let end: UInt64
    private var started: UInt64 = 0
    /// Set when the run has to be given up.
    private var isStopped = false

    init(loop: any EventLoop, rate: Double?, start: UInt64, end: UInt64) {
        self.loop = loop
        self.interval = rate.map { 1e9 / $0 }
        self.start = start
        self.end = end
    }

    /// The clock: monotonic, the same for all processes of the machine.
    static func now() -> UInt64 { NIODeadline.now().uptimeNanoseconds }

    /// Waits for the next start, and returns the time from which its latency counts; nil when the time is over.
    func next() async -> UInt64? {
        let now = Pacer.now()
        guard !isStopped else { return nil }
        guard let interval else { return now < end ? now : nil }
        let due = start + UInt64(Double(started) * interval)
        guard due < end else { return nil }
        started += 1
        if due > now { await wait(until: due) }
        return due
    }

    /// No client starts anything more.
    func stop() { isStopped = true }

    /// Lets a client rest after a failure: a refusal that comes at once must not become a busy loop.
    func rest() async { await wait(until: Pacer.now() + 10_000_000) }

    private func wait(until time: UInt64) async {
        await withCheckedContinuation { continuation in
            loop.scheduleTask(deadline: .uptimeNanoseconds(time)) { continuation.resume() }
        }
    }
}
