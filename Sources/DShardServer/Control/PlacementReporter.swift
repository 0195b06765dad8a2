import Control
import Host
import Keyspace
import NIOCore
import NIOPosix
import Raft
import Storage
import Wire

/// What this node tells the placement leader: the disk, snapshots, and the shards it leads with their sizes, which are
/// measured now and then, away from the loop. On the lane's loop.
struct PlacementReporter {
    private var diary = ReportDiary()
    private var sizes: [ShardID: Size] = [:]
    private var loads: [ShardID: Load] = [:]
    private var isMeasuring = false

    struct Size: Sendable {
        var bytes: UInt64
        var applied: LogIndex
        var measuredAt: Instant
    }

    /// What a shard's leader was asked for, and since when it is counted.
    private struct Load {
        var taken: UInt64
        var since: Instant
        var perSecond: UInt32 = 0
    }

    /// The time over which a shard's load is averaged.
    private static let loadInterval = Interval.seconds(5)
    /// A shard that changes is measured again after this.
    private static let measureInterval = Interval.seconds(10)
    /// Shards measured at a time.
    private static let measureMax = 64

    /// The answer to a call: a frame, or several.
    mutating func frames(of lane: Lane, for caller: NodeID, term: Term, isForAll: Bool) -> [PlacementReport] {
        var shards: [PlacementReport.LedShard] = []
        for position in lane.host.replicas.indices {
            guard var shard = lane.host.ledShard(at: position) else { continue }
            let id = shard.descriptor.shard
            shard.bytes = sizes[id]?.bytes ?? 0
            shard.operationsPerSecond = load(id, taken: lane.host.replicas[position].operationsTaken)
            shards.append(shard)
        }
        let news = diary.news(of: shards, for: caller, term: term, isForAll: isForAll)
        return ReportDiary.frames(term: term, node: Self.figures(of: lane), shards: news)
    }

    /// The shard's operations per second, to within an eighth: what is about the same is no news.
    private mutating func load(_ shard: ShardID, taken: UInt64) -> UInt32 {
        let now = SteadyClock.now()
        guard var load = loads[shard], taken >= load.taken else {
            loads[shard] = Load(taken: taken, since: now)
            return 0
        }
        let elapsed = now - load.since
        guard elapsed >= Self.loadInterval else { return load.perSecond }
        let rate = UInt32(clamping: (taken - load.taken) &* 1_000 / UInt64(clamping: max(1, elapsed.milliseconds)))
        let isNews = max(rate, load.perSecond) - min(rate, load.perSecond) > load.perSecond / 8
        load = Load(taken: taken, since: now, perSecond: isNews ? rate : load.perSecond)
        loads[shard] = load
        return load.perSecond
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

    /// Measures some of the shards that have changed since they were measured; `done` is called on the loop.
    mutating func measure(_ lane: Lane, then done: @escaping @Sendable ([ShardID: Size]) -> Void) {
        let now = SteadyClock.now()
        guard !isMeasuring else { return }
        var due: [(shard: ShardID, range: KeyRange, applied: LogIndex)] = []
        for position in lane.host.replicas.indices where lane.host.leads(at: position) {
            let shard = lane.host.replicas[position].descriptor.shard
            let applied = lane.host.replicas[position].group.appliedIndex
            let known = sizes[shard]
            guard known?.applied != applied, now - (known?.measuredAt ?? .distantPast) >= Self.measureInterval
            else { continue }
            due.append((shard, lane.host.replicas[position].descriptor.range, applied))
            if due.count == Self.measureMax { break }
        }
        guard !due.isEmpty else { return }
        isMeasuring = true
        let (store, loop, batch) = (lane.state, lane.loop, due)
        lane.readPool.submit { state in
            guard case .active = state else { return }
            var measured: [ShardID: Size] = [:]
            for item in batch {
                measured[item.shard] = Size(
                    bytes: Self.bytes(of: item.range, in: store), applied: item.applied, measuredAt: now)
            }
            let found = measured
            loop.execute { done(found) }
        }
    }

    /// What was measured.
    mutating func take(_ measured: [ShardID: Size]) {
        isMeasuring = false
        sizes.merge(measured) { _, new in new }
    }

    /// Zero when the store cannot be read, which shows everywhere else.
    private static func bytes(of range: KeyRange, in store: any StateStore) -> UInt64 {
        let size = try? range.start.bytes.withBytes { (start) throws(StorageError) in
            try range.end.bytes.withBytes { (end) throws(StorageError) in
                try store.approximateSize(from: start, to: end)
            }
        }
        return size ?? 0
    }
}
