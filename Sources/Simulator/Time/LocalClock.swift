import Raft

/// A node's steady clock: it runs a little fast or slow, never stops and never jumps (CLOCK_BOOTTIME).
struct LocalClock {
    private var globalAnchor: Int64 = 0
    private var localAnchor: Int64
    /// How much faster than true time, in parts per million.
    private(set) var driftPartsPerMillion: Int64 = 0

    init(offset: Int64) { localAnchor = offset }

    func instant(at global: Int64) -> Instant {
        let elapsed = global - globalAnchor
        return Instant(nanoseconds: localAnchor + elapsed + elapsed * driftPartsPerMillion / 1_000_000)
    }

    /// The first true time at which the clock shows at least `instant`, or a little later.
    func global(of instant: Instant) -> Int64 {
        let elapsed = instant.nanoseconds - localAnchor
        return globalAnchor + elapsed - elapsed * driftPartsPerMillion / (1_000_000 + driftPartsPerMillion) + 1_000
    }

    mutating func setDrift(_ partsPerMillion: Int64, at global: Int64) {
        localAnchor = instant(at: global).nanoseconds
        globalAnchor = global
        driftPartsPerMillion = partsPerMillion
    }
}
