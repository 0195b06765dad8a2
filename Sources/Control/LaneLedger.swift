package import Raft

/// How much of a lane each shard takes that is led there: the time for which the lane was busy goes to its replicas in
/// proportion to their work, and changes little from one window to the next.
package struct LaneLedger: Sendable {
    /// What a replica had to do in a window.
    package struct Work: Sendable {
        package var shard: ShardID
        /// Of its epoch: what is known of a former range is forgotten.
        package var version: UInt64
        /// Whether it was the leader's work; another node tells of its shard otherwise.
        package var isLed: Bool
        /// Reads and writes of the shard's users.
        package var operations: UInt64
        /// In proportion to what it costs; about a microsecond each.
        package var weight: UInt64

        package init(shard: ShardID, version: UInt64, isLed: Bool, operations: UInt64, weight: UInt64) {
            self.shard = shard
            self.version = version
            self.isLed = isLed
            self.operations = operations
            self.weight = weight
        }
    }

    /// What is told of a shard.
    package struct Figure: Hashable, Sendable {
        /// Reads and writes together.
        package var operationsPerSecond: UInt32 = 0
        /// In thousandths.
        package var laneShare: UInt32 = 0

        package init(operationsPerSecond: UInt32 = 0, laneShare: UInt32 = 0) {
            self.operationsPerSecond = operationsPerSecond
            self.laneShare = laneShare
        }
    }

    private struct Entry: Sendable {
        var version: UInt64
        var mean: Figure
        var told: Figure
    }

    private var entries: [ShardID: Entry] = [:]

    /// A unit of weight never stands for more: a lane that is busy with something else, such as snapshots, has no hot
    /// shard.
    private static let nanosecondsPerWeightMax: UInt64 = 10_000
    /// …and stands for this when the lane's time is not known.
    private static let nanosecondsPerWeight: UInt64 = 1_500
    /// Less is nothing, in thousandths.
    private static let shareMin: UInt32 = 10

    package init() {}

    /// Ends a window of `elapsed`, for `busy` of which the lane had something to do; nil when that is not known.
    package mutating func close(elapsed: Interval, busy: Interval?, _ works: [Work]) {
        let elapsed = UInt64(clamping: max(1, elapsed.nanoseconds))
        let weights = works.reduce(0) { $0 &+ $1.weight }
        let busy = busy.map { min(UInt64(clamping: max(0, $0.nanoseconds)), elapsed) }
        var former = entries
        entries = [:]
        for work in works where work.isLed {
            let most = work.weight.multipliedReportingOverflow(by: Self.nanosecondsPerWeightMax).partialValue
            let own =
                busy.map { Self.part(work.weight, of: weights, $0) } ?? work.weight &* Self.nanosecondsPerWeight
            let figure = Figure(
                operationsPerSecond: UInt32(clamping: Self.part(work.operations, of: elapsed, 1_000_000_000)),
                laneShare: UInt32(clamping: min(1_000, Self.part(min(own, most), of: elapsed, 1_000))))
            take(figure, of: work.shard, work.version, former.removeValue(forKey: work.shard))
        }
        // Those without work in this window fade out.
        for (shard, entry) in former { take(Figure(), of: shard, entry.version, entry) }
    }

    private mutating func take(_ figure: Figure, of shard: ShardID, _ version: UInt64, _ former: Entry?) {
        guard let former, former.version == version else {
            entries[shard] = Entry(version: version, mean: figure, told: Self.told(figure, Figure()))
            return
        }
        let mean = Figure(
            operationsPerSecond: (former.mean.operationsPerSecond / 2) + (figure.operationsPerSecond / 2),
            laneShare: (former.mean.laneShare + figure.laneShare) / 2)
        guard mean != Figure() else { return }
        entries[shard] = Entry(version: version, mean: mean, told: Self.told(mean, former.told))
    }

    /// To within an eighth: what is about the same is no news.
    private static func told(_ mean: Figure, _ former: Figure) -> Figure {
        let share = mean.laneShare < shareMin ? 0 : mean.laneShare
        return Figure(
            operationsPerSecond: near(mean.operationsPerSecond, former.operationsPerSecond),
            laneShare: near(share, former.laneShare))
    }

    private static func near(_ number: UInt32, _ former: UInt32) -> UInt32 {
        if number == 0 { return 0 }
        return max(number, former) - min(number, former) > former / 8 ? number : former
    }

    /// What is told of a shard in its present range.
    package func figure(of shard: ShardID, version: UInt64) -> Figure {
        guard let entry = entries[shard], entry.version == version else { return Figure() }
        return entry.told
    }

    private static func part(_ part: UInt64, of whole: UInt64, _ number: UInt64) -> UInt64 {
        let (high, low) = number.multipliedFullWidth(by: part)
        guard whole > high else { return whole == 0 ? 0 : .max }
        return whole.dividingFullWidth((high, low)).quotient
    }
}
