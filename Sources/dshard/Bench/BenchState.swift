import DShardClient
import NIOCore

/// What all clients of a benchmark share. Owned by one event loop; the clients run there, so there is no lock.
final class BenchState {
    let keys: BenchKeys
    let distribution: KeyDistribution
    var values: BenchValues
    var tally: BenchTally
    let history: HistoryFile?
    let pacer: Pacer
    /// How many keys there are by now.
    private var total: UInt64
    /// The first error of each code, so that each is told once.
    private var errorsTold: Set<String> = []

    /// For a run whose clients start at `start`; the measured time begins a warmup later.
    init(_ plan: BenchPlan, loop: any EventLoop, start: UInt64, values: BenchValues, history: HistoryFile?) {
        keys = BenchKeys(prefix: plan.prefix)
        distribution = KeyDistribution(plan.distribution, count: plan.keys)
        total = plan.keys
        self.values = values
        self.history = history
        tally = BenchTally(begin: start + plan.warmup)
        pacer = Pacer(loop: loop, rate: plan.rate, start: start, end: start + plan.warmup + plan.duration)
    }

    /// The number of a key that was not there before.
    func nextInsert() -> UInt64 {
        defer { total = min(total + 1, BenchKeys.countMax - 1) }
        return total
    }

    /// The number of a key among the last.
    func nextLatest(_ random: inout BenchRandom) -> UInt64 {
        distribution.nextLatest(&random, total: total)
    }

    /// What an error means for the counters; says the first of each kind.
    func outcome(of error: any Error) -> BenchTally.Outcome {
        let failure = CommandFailure(error)
        let message = failure?.message ?? "\(error)"
        if errorsTold.count < 8, errorsTold.insert(message).inserted {
            OpenFile.standardError.say("a request failed: \(message)\n")
        }
        return failure?.status == .outcomeUnknown ? .unknown : .failed
    }
}
