import Control
import Host
import Keyspace
import Raft
import Storage
import Wire

/// What this node tells the placement leader: the disk, snapshots, and the shards it leads with their sizes and loads.
/// On the lane's loop.
struct PlacementReporter {
    var sizes: ShardSizes
    private var diary = ReportDiary()
    private var ledger = LaneLedger()
    /// The window of the ledger: since when, and how long the lane was busy before.
    private var window: (begin: Instant, busy: Interval?)?

    /// The time over which loads are measured; the ledger smooths them over a few of these.
    private static let windowLength = Interval.seconds(2)
    /// A shard that takes less of the lane, in thousandths, is far from being split for its load.
    private static let halvingShareMin: UInt32 = 250

    init(splitBytes: UInt64) { sizes = ShardSizes(splitBytes: splitBytes) }

    /// The answer to a call: a frame, or several.
    mutating func frames(of lane: Lane, for caller: NodeID, term: Term, isForAll: Bool) -> [PlacementReport] {
        closeWindow(lane)
        var shards: [PlacementReport.LedShard] = []
        for position in lane.host.replicas.indices {
            guard var shard = lane.host.ledShard(at: position) else { continue }
            let (id, version) = (shard.descriptor.shard, shard.descriptor.epoch.version)
            let estimate = sizes.estimate(of: id, version: version)
            shard.bytes = estimate.bytes
            shard.keys = estimate.keys
            shard.middleKey = estimate.middle.map { Key($0) }
            let figure = ledger.figure(of: id, version: version)
            shard.operationsPerSecond = figure.operationsPerSecond
            shard.laneShare = figure.laneShare
            if figure.laneShare >= Self.halvingShareMin { shard.halvingKey = lane.host.halvingKey(at: position) }
            shards.append(shard)
        }
        let news = diary.news(of: shards, for: caller, term: term, isForAll: isForAll)
        return ReportDiary.frames(term: term, node: Self.figures(of: lane), shards: news)
    }

    private mutating func closeWindow(_ lane: Lane) {
        let now = SteadyClock.now()
        guard let former = window else {
            _ = lane.host.takeWork()
            window = (now, ThreadTime.busy())
            return
        }
        guard now - former.begin >= Self.windowLength else { return }
        let total = ThreadTime.busy()
        let busy = former.busy.flatMap { before in
            total.map { Interval(nanoseconds: $0.nanoseconds &- before.nanoseconds) }
        }
        let works = lane.host.takeWork().map { work in
            LaneLedger.Work(
                shard: work.shard, version: work.version, isLed: work.isLed, operations: work.operations,
                weight: work.weight)
        }
        ledger.close(elapsed: now - former.begin, busy: busy, works)
        window = (now, total)
    }

    private static func figures(of lane: Lane) -> PlacementReport.NodeFigures {
        let space = lane.diskSpace()
        let snapshots = lane.host.snapshotsUnderWay
        let isSlow = lane.host.oldestSyncMilliseconds > lane.host.limits.slowSyncMilliseconds
        return PlacementReport.NodeFigures(
            capacityBytes: space.capacity, freeBytes: space.free, isSuspect: lane.host.forgottenNumber != nil,
            // One that hands its leaderships over must not get them back.
            isUnfitToLead: isSlow || lane.drain != .serving,
            receivingSnapshots: UInt16(clamping: snapshots.receiving),
            sendingSnapshots: UInt16(clamping: snapshots.sending))
    }
}
