/// What a simulation is to be.
package struct SimulationOptions: Sendable {
    /// The one source of everything that is drawn.
    package var seed: UInt64
    /// Three of them or more hold a replica of each shard.
    package var nodes: Int
    /// User shards; the system shard comes on top.
    package var shards: Int
    /// Virtual time under faults, in milliseconds; healing and checking come after it.
    package var milliseconds: Int
    /// One operation at a time each.
    package var clients: Int
    /// Of all clients together.
    package var operationsPerSecond: Int
    /// Which faults a seed may draw its mix from.
    package var faults: Set<FaultKind>
    /// Where a machine loses power, besides all drawn faults.
    package var crashPoint: CrashPoint?
    /// Whether leaders change at fixed moments.
    package var isEventful = false
    /// Whether shards are split.
    package var splits = true
    /// Whether placement is driven, in a part of the seeds.
    package var placement = true
    /// Whether shards are merged.
    package var merges = true

    package init(
        seed: UInt64, nodes: Int = 3, shards: Int = 8, milliseconds: Int = 60_000, clients: Int = 16,
        operationsPerSecond: Int = 200, faults: Set<FaultKind> = Set(FaultKind.allCases)
    ) {
        self.seed = seed
        self.nodes = nodes
        self.shards = shards
        self.milliseconds = milliseconds
        self.clients = clients
        self.operationsPerSecond = operationsPerSecond
        self.faults = faults
    }
}
