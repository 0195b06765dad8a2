import Simulator

/// Which simulations to run.
struct SimulatePlan: Sendable {
    var first: UInt64
    var count: Int
    /// All but the seed.
    var options: SimulationOptions
    /// One simulation each, instead of one a seed.
    var crashPoints: [SimulationOptions]?
    /// At a time.
    var jobs: Int
    var shrinks: Bool
    var output: OutputFormat

    func options(at position: Int) -> SimulationOptions {
        if let crashPoints { return crashPoints[position] }
        var options = options
        options.seed = first &+ UInt64(position)
        return options
    }

    /// The command that repeats one of them.
    static func command(_ options: SimulationOptions) -> String {
        let minutes = Double(options.milliseconds) / 60_000
        let all = Set(FaultKind.allCases)
        let faults = FaultKind.allCases.filter { options.faults.contains($0) }.map(\.rawValue).joined(separator: ",")
        let list = options.faults == all ? "all" : faults.isEmpty ? "none" : faults
        return "dshard simulate --seed \(options.seed) --nodes \(options.nodes) --shards \(options.shards)"
            + " --clients \(options.clients) --rate \(options.operationsPerSecond) --minutes \(minutes)"
            + " --faults \(list)"
            + (options.crashPoint.map { " --crash-point \($0.operation):\($0.loss.rawValue)" } ?? "")
    }
}
