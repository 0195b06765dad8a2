/// What can go wrong (RELIABILITY §2); a seed draws which of them do, and how often.
package enum FaultKind: String, CaseIterable, Sendable {
    /// A process dies; the machine does not.
    case crash
    /// A machine loses power: what was not synced is gone, or a part of it is.
    case powerLoss = "power-loss"
    /// All machines lose power at once.
    case blackout
    /// A process dies again and again shortly after its start.
    case crashLoop = "crash-loop"
    /// A process is stopped and goes on later (SIGSTOP, a long pause of the machine).
    case freeze
    /// One direction between two nodes delivers nothing.
    case oneWay = "one-way"
    /// Nothing passes between two nodes.
    case cut
    /// Nothing passes between one node and all others.
    case isolate
    /// Every node reaches a majority, and no two the same one.
    case ring
    /// A leader is cut off from its peers, which see their connections closed, but not from the clients.
    case deposeLeader = "depose-leader"
    /// Leader after leader is cut off or dies soon after it was elected.
    case leaderChurn = "leader-churn"
    /// Connections break.
    case reset
    /// Frames arrive late, some very late.
    case delay
    /// Bits flip on the way.
    case corrupt
    /// Frames arrive in pieces.
    case tear
    /// Clients' requests and answers are lost.
    case clientLoss = "client-loss"
    /// Clocks run fast or slow within the bound that leases allow for.
    case drift
    /// A node's clocks disagree about how much time has passed: the machine slept.
    case sleep
    /// Syncs take long.
    case slowDisk = "slow-disk"
    /// A sync fails; the process ends.
    case syncFailure = "sync-failure"
    /// The disk is full for a while.
    case diskFull = "disk-full"
    /// A disk loses what it had confirmed; the node must notice, and come back with new replicas.
    case brokenDisk = "broken-disk"
    /// The event loop is starved.
    case slowLane = "slow-lane"
    /// Leaderships are handed over.
    case handOver = "hand-over"
    /// A leader hands over and is cut off before it hears of its successor.
    case handOverCut = "hand-over-cut"
    /// The applier is starved.
    case slowApplier = "slow-applier"
    /// Members of a shard change, step by step: learners, promotions, demotions, removals, several at a time.
    case changeMembers = "change-members"
    /// The same, and whoever takes part is struck in the middle of it.
    case strikeChange = "strike-change"
    /// A replica on a node turns out unreadable while the rest of the node goes on.
    case badBlock = "bad-block"
    /// A replica silently holds, or does, something else than the others.
    case bitRot = "bit-rot"
    /// A process starts with a wall clock that is years ahead, one node at a time.
    case wrongClock = "wrong-clock"

    /// About how long until the next one, in milliseconds, when it is in a seed's mix.
    var meanInterval: ClosedRange<Int> {
        switch self {
        case .crash, .freeze, .cut, .oneWay, .deposeLeader, .reset, .handOver, .handOverCut: 500...15_000
        case .powerLoss, .isolate, .ring, .slowDisk, .slowLane, .slowApplier, .sleep, .corrupt: 1_000...20_000
        case .blackout, .crashLoop, .diskFull: 5_000...60_000
        case .syncFailure, .leaderChurn: 2_000...40_000
        case .delay, .tear, .clientLoss, .drift: 2_000...20_000
        case .brokenDisk: 10_000...100_000
        case .changeMembers, .strikeChange: 500...10_000
        case .badBlock: 5_000...100_000
        case .bitRot: 2_000...20_000
        case .wrongClock: 1_000...20_000
        }
    }
}
