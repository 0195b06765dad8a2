import Host
import NIOCore
import Raft
import Storage
import Wire

/// One machine: its disk, and the process that runs on it, if one does.
final class SimulatedNode {
    let id: NodeID
    var clock: LocalClock
    var engine: MemoryEngine
    var host: Host
    var applier: Applier

    /// Counts the starts; what an earlier process had scheduled does not happen.
    var life = 0
    var isUp = false
    /// When the process started, in true time.
    var startedAt: Int64 = 0
    /// Stopped, not ended: what happens meanwhile happens when it goes on.
    var isPaused = false
    var deferred: [EventQueue.Event] = []
    /// What SUSPECT holds, outside of the store (rule 15).
    var suspicions: [SuspectReplica] = []
    /// Why the whole store is suspect, until the next start names its replicas.
    var storeSuspicion: String?
    /// Whether its disk ever lost something that it had confirmed: then voters may be missing.
    var hasLost = false
    /// How far ahead the wall clock is that its next start reads, in milliseconds.
    var wallError: UInt64 = 0

    var isTurnScheduled = false
    /// True time of the scheduled wake-up, `max` without one.
    var wakeUpAt = Int64.max
    /// How much slower than usual its event loop is.
    var laneSlowness = 1

    // The log writer's thread.
    var logMailbox: [LogWrite] = []
    var logBusySince: Instant?
    /// How much slower than usual its syncs are.
    var diskSlowness = 1
    var isSyncDoomed = false
    var isDiskFull = false

    // The applier's thread.
    var applyMailbox: [ApplyWork] = []
    var isApplying = false
    /// How much slower than usual it is.
    var applierSlowness = 1
    /// Whether the process ends when it is about to write the two parts of a split.
    var isStruckAtBirth = false
    /// What was applied and not yet taken by the lane.
    var applied: [AppliedBatch] = []

    // The thread of snapshots.
    var workshop: SnapshotWorkshop
    var snapshotMailbox: [SnapshotTask] = []
    var isSnapshotting = false

    // The thread that reads for checks.
    var scans = ScanQueue()
    var isScanning = false

    /// The links to each other node as this one sees them: position = node − 1, then channel.
    var links: [[Link]]

    init(id: NodeID, nodes: Int, clock: LocalClock) {
        self.id = id
        self.clock = clock
        engine = MemoryEngine(incarnation: id.rawValue)
        links = Array(repeating: Array(repeating: Link(), count: Link.Channel.allCases.count), count: nodes)
        host = Host(
            node: id, boot: 0, incarnation: id.rawValue, limits: HostLimits(), wallMilliseconds: 0,
            now: clock.instant(at: 0))
        applier = Applier(sessionWindowMilliseconds: 0)
        workshop = SnapshotWorkshop(store: engine, sessionWindowMilliseconds: 0)
    }

    /// Placement in this life, while it is led here or answers who leads it.
    var placement = SimulatedPlacement()

    /// What the checker saw of each replica in this life; position as in `Host.replicas`.
    var seen: [Claim] = []
    var seenLife = 0
    /// When its last turn was over, in true time.
    var turnedAt: Int64 = 0

    /// Asks the host something where it is: through the property it would be asked of a copy, which costs more than the
    /// answer.
    func asking<R>(_ question: (inout Host) -> R) -> R { question(&host) }

    var position: Int { Int(id.rawValue) - 1 }

    /// Where a shard's replica that is at work here is in `Host.replicas`, and which one it is.
    func member(of shard: ShardID) -> Member? {
        asking { host in host.position(of: shard).map { host.replicas[$0].group.member } }
    }
}
