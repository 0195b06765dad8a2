/// What a seed lets go wrong, and how often: every seed its own mix, some of them calm (swarm testing).
struct FaultMix {
    /// In the order of `FaultKind.allCases`; the mean interval in milliseconds.
    let drawn: [(kind: FaultKind, meanInterval: Int)]
    /// The range of one way through the network on good days, in microseconds.
    let latency: ClosedRange<Int>
    /// How long an event loop collects what arrives before it turns, in microseconds: longer ticks make larger batches.
    let tick: ClosedRange<Int>

    /// How much slower than usual every disk syncs.
    let syncFactor: Int
    /// How many of the shards clients work on: few make each busier.
    let busyShards: Int
    /// Voters of each shard at the start, and about as many later: where there are more nodes, replicas move.
    let replicas: Int

    init(seed: UInt64, nodes: Int, allowed: Set<FaultKind>) {
        var chance = Chance(seed: seed, .setup)
        let share = chance.pick([0, 15, 40, 40, 60, 90]) ?? 40
        var drawn: [(FaultKind, Int)] = []
        for kind in FaultKind.allCases where kind != .wrongClock {
            let isIn = chance.happens(percent: kind == .changeMembers && share > 0 ? 60 : share)
            let mean = chance.draw(kind.meanInterval)
            if isIn, allowed.contains(kind) { drawn.append((kind, mean)) }
        }
        latency = 50...(chance.pick([150, 500, 1_500, 10_000]) ?? 500)
        syncFactor = chance.pick([1, 1, 1, 1, 8, 30]) ?? 1
        busyShards = chance.pick([64, 64, 64, 2, 1]) ?? 64
        replicas = nodes <= 3 ? nodes : chance.draw(1...3) == 1 ? nodes : 3
        tick = 0...(chance.pick([100, 100, 500, 2_000]) ?? 100)
        // Last, so that the seeds from before it was there still tell their stories.
        let isIn = chance.happens(percent: share)
        let mean = chance.draw(FaultKind.wrongClock.meanInterval)
        if isIn, allowed.contains(.wrongClock) { drawn.append((.wrongClock, mean)) }
        self.drawn = drawn
    }
}
