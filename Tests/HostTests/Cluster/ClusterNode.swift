import Host
import Keyspace
import Raft
import Storage
import Wire

/// One process and its disk.
final class ClusterNode {
    let id: NodeID
    var clock: LocalClock
    var engine = MemoryEngine()
    var host: Host
    var applier: Applier

    /// Counts the starts; what was scheduled by an earlier process does not happen.
    var life = 0
    var isUp = false
    /// Stopped, not ended: what happens meanwhile happens when it goes on.
    var isPaused = false
    var deferred: [() -> Void] = []

    var isTurnScheduled = false
    /// True time of the scheduled wake-up, `max` without one.
    var wakeUpAt = Int64.max

    // The log writer's thread.
    var logMailbox: [LogWrite] = []
    var logBusySince: Instant?
    /// How much slower than usual its syncs are.
    var diskSlowness: Int64 = 1
    var logWrites = 0

    // The applier's thread.
    var applyMailbox: [ApplyWork] = []
    var isApplying = false

    // The thread of scans.
    /// How long one takes, in microseconds.
    var scanTime = 100...20_000
    var scans = ScanQueue()
    /// Those that were given up.
    var scansGivenUp: [ScanTask] = []

    // The thread of snapshots.
    var workshop: SnapshotWorkshop
    var snapshotMailbox: [SnapshotTask] = []
    var isSnapshotting = false
    /// The file outside the store that says who is suspect.
    var suspicions: [SuspectReplica] = []
    var destroyed: [LogName] = []
    /// The file that says that it once lost something.
    var hasForgotten = false

    /// The connection to each other node as this one sees it, zero for none; position = node − 1.
    var connections: [Int]

    init(id: NodeID, nodes: Int, clock: LocalClock) {
        self.id = id
        self.clock = clock
        connections = Array(repeating: 0, count: nodes)
        host = Host(
            node: id, boot: 0, incarnation: id.rawValue, limits: HostLimits(), wallMilliseconds: 0,
            now: clock.instant(at: 0))
        applier = Applier(sessionWindowMilliseconds: 0)
        workshop = SnapshotWorkshop(store: engine, sessionWindowMilliseconds: 0)
    }

    var position: Int { Int(id.rawValue) - 1 }
}
