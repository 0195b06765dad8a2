internal import Raft

/// What a pass knows and plans of one node. Counts are those after all running and planned operators.
struct NodeTally {
    let id: NodeID
    let health: NodeHealth
    let duty: NodeDuty
    let isSuspect: Bool
    let hasSlowDisk: Bool
    let capacity: ByteCount
    let free: ByteCount
    var replicas = 0
    var leaders = 0
    var bytes = ByteCount.zero
    /// Of the shards it leads.
    var load = 0
    /// On their way to it, and what those of operators will take.
    var receiving = 0
    var incoming = ByteCount.zero
    /// What is to leave it.
    var outgoing = ByteCount.zero
    /// On their way from shards that it leads.
    var sending = 0
    /// Snapshots by the node's own word: those of running operators, and others.
    private let receivingNow: Int
    private let sendingNow: Int
    /// Leaderships on their way from and to it.
    var transfers = 0

    init(_ node: NodeView, health: NodeHealth) {
        id = node.id
        self.health = health
        duty = node.duty
        isSuspect = node.isSuspect
        hasSlowDisk = node.hasSlowDisk
        capacity = node.capacity
        free = node.free
        // Bounded: the node may say anything.
        receivingNow = min(node.receivingSnapshots, 1_000)
        sendingNow = min(node.sendingSnapshots, 1_000)
    }

    /// Adds the copies that no operator asked for, once those of running operators are counted.
    mutating func countOtherCopies() {
        receiving = max(receiving, receivingNow)
        sending = max(sending, sendingNow)
    }

    var isUp: Bool { health == .up && !isSuspect }

    /// Its replicas are to be replaced.
    var isGone: Bool { isSuspect || health.isDead }

    /// Takes part in balance.
    var isSteady: Bool { isUp && duty == .serving }

    /// A place where replicas may stand for years; a restart does not change that.
    var isLasting: Bool { !isGone && duty != .decommissioning }

    var canLead: Bool { isSteady && !hasSlowDisk }

    /// What keeps the node from taking any replica of this size, leaving aside which shard it is of.
    func unfitness(for bytes: ByteCount, limits: PlacementLimits, receivingMax: Int) -> Unfitness? {
        if isSuspect { return .suspect }
        guard health == .up else { return .notUp }
        if duty != .serving { return .leaving }
        if hasSlowDisk { return .slowDisk }
        if free - incoming - bytes < capacity.percent(limits.acceptFreePercent) { return .full }
        return receiving >= receivingMax ? .busy : nil
    }
}
