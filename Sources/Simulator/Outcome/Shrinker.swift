/// Makes a failing simulation smaller: less time, fewer kinds of faults, fewer shards and clients, as long as it still
/// fails. What is left is what has to be read.
package struct Shrinker {
    /// Simulations it may run.
    private var budget: Int

    package init(budget: Int = 40) { self.budget = budget }

    /// The smallest options found that still fail, and with what; the given ones at the worst.
    package mutating func shrink(
        _ options: SimulationOptions, _ failure: SimulationFailure
    ) -> (options: SimulationOptions, failure: SimulationFailure) {
        var best = (options: options, failure: failure)
        tryOut(&best) { $0.milliseconds = min($0.milliseconds, failure.milliseconds + 1) }
        for kind in FaultKind.allCases where best.options.faults.contains(kind) {
            tryOut(&best) { $0.faults.remove(kind) }
        }
        for shards in [1, 2, 4] where shards < best.options.shards { tryOut(&best) { $0.shards = shards } }
        for clients in [1, 2, 4, 8] where clients < best.options.clients { tryOut(&best) { $0.clients = clients } }
        let found = best.failure.milliseconds
        tryOut(&best) { $0.milliseconds = min($0.milliseconds, found + 1) }
        return best
    }

    private mutating func tryOut(
        _ best: inout (options: SimulationOptions, failure: SimulationFailure),
        _ change: (inout SimulationOptions) -> Void
    ) {
        guard budget > 0 else { return }
        budget -= 1
        var options = best.options
        change(&options)
        guard let failure = Simulation.run(options).failure else { return }
        best = (options, failure)
    }
}
