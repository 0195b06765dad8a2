import Host
import Keyspace
import NIOCore
import NIOPosix
import Raft
import Storage

/// The sizes of the shards that are led here: measured now and then, away from the loop, and only of those that have
/// changed. On the lane's loop.
struct ShardSizes {
    /// What a shard of which nothing is known yet is taken for.
    struct Size: Sendable {
        var estimate = RangeEstimate()
        /// Of the epoch: a shard that was split is another one.
        var version: UInt64 = 0
        var applied = LogIndex.zero
        var measuredAt = Instant.distantPast
    }

    /// A shard that is to be measured.
    private struct Task: Sendable {
        var shard: ShardID
        var range: KeyRange
        var size: Size
    }

    private let splitBytes: UInt64
    private var sizes: [ShardID: Size] = [:]
    private var isMeasuring = false
    /// Where the next look begins, so that every shard has its turn.
    private var next = 0

    /// A shard that changes is measured again after this.
    private static let interval = Interval.seconds(10)
    /// …and a large one after this: it may have to be split.
    private static let largeInterval = Interval.seconds(3)
    /// Shards measured at a time.
    private static let tasksMax = 32

    init(splitBytes: UInt64) { self.splitBytes = splitBytes }

    /// What is known of a shard in its present range.
    func estimate(of shard: ShardID, version: UInt64) -> RangeEstimate {
        guard let size = sizes[shard], size.version == version else { return RangeEstimate() }
        return size.estimate
    }

    /// Measures some of the shards that have changed since they were measured; `done` is called on the loop.
    mutating func measure(_ lane: Lane, then done: @escaping @Sendable ([ShardID: Size]) -> Void) {
        guard !isMeasuring else { return }
        let tasks = dueTasks(lane, now: SteadyClock.now())
        guard !tasks.isEmpty else { return }
        isMeasuring = true
        let (store, loop, middleFrom) = (lane.state, lane.loop, splitBytes / 2)
        lane.readPool.submit { state in
            guard case .active = state else { return }
            var measured: [ShardID: Size] = [:]
            for task in tasks {
                // A store that cannot be read shows everywhere else.
                guard let estimate = Self.estimate(task.range, in: store, middleFrom: middleFrom) else { continue }
                measured[task.shard] = task.size
                measured[task.shard]?.estimate = estimate
            }
            let found = measured
            loop.execute { done(found) }
        }
    }

    private mutating func dueTasks(_ lane: Lane, now: Instant) -> [Task] {
        var tasks: [Task] = []
        let count = lane.host.replicas.count
        for step in 0..<count {
            let position = (next + step) % count
            guard lane.host.leads(at: position) else { continue }
            let shard = lane.host.replicas[position].descriptor.shard
            let version = lane.host.replicas[position].descriptor.epoch.version
            let applied = lane.host.replicas[position].group.appliedIndex
            let known = sizes[shard] ?? Size()
            if known.version == version {
                let isLarge = known.estimate.bytes >= splitBytes / 2
                guard known.applied != applied,
                    now - known.measuredAt >= (isLarge ? Self.largeInterval : Self.interval)
                else { continue }
            }
            let size = Size(version: version, applied: applied, measuredAt: now)
            tasks.append(Task(shard: shard, range: lane.host.replicas[position].descriptor.range, size: size))
            guard tasks.count < Self.tasksMax else {
                next = position + 1
                break
            }
        }
        return tasks
    }

    /// What was measured.
    mutating func take(_ measured: [ShardID: Size]) {
        isMeasuring = false
        sizes.merge(measured) { _, new in new }
    }

    private static func estimate(
        _ range: KeyRange, in store: any StateStore, middleFrom: UInt64
    ) -> RangeEstimate? {
        var estimate = try? RangeSurvey.estimate(
            store, from: range.start.bytes, to: range.end.bytes, middleFrom: middleFrom)
        // A shard cannot begin at a longer key.
        if let middle = estimate?.middle { estimate?.middle = Array(middle.prefix(KeyLimits.borderBytesMax + 1)) }
        return estimate
    }
}
