import Keyspace
package import Raft
import Storage

/// The scans of a node: few, since each keeps a snapshot, and at most one of a shard, the latest. They take turns, a
/// piece each, so that none waits until a large one is through.
package struct ScanQueue: Sendable {
    private var scans: [ScanTask] = []
    private var next = 0

    /// Snapshots held for scans.
    package static let heldMax = 4

    package init() {}

    /// Takes in a task; returns the one that is given up for it, which may be itself.
    package mutating func add(_ task: ScanTask) -> ScanTask? {
        // Whoever asked for the earlier one has given up.
        if let position = scans.firstIndex(where: { $0.name.shard == task.name.shard }) {
            defer { scans[position] = task }
            return scans[position]
        }
        guard scans.count < ScanQueue.heldMax else { return task }
        scans.append(task)
        return nil
    }

    /// The one that reads its next piece now; it stays in. Nil when there is none.
    package mutating func turn() -> ScanTask? {
        guard !scans.isEmpty else { return nil }
        if next >= scans.count { next = 0 }
        defer { next += 1 }
        return scans[next]
    }

    /// Whose scans these are.
    package var shards: [ShardID] { scans.map(\.name.shard) }

    /// Whether the scan of this shard at this entry is one of them.
    package func holds(_ shard: ShardID, at position: LogPosition) -> Bool {
        scans.contains { $0.name.shard == shard && $0.check.position == position }
    }

    /// Takes one out that is through, or that nobody waits for; nil when it is not here any more.
    package mutating func end(_ shard: ShardID, at position: LogPosition) -> ScanTask? {
        guard let index = scans.firstIndex(where: { $0.name.shard == shard && $0.check.position == position }) else {
            return nil
        }
        if index < next { next -= 1 }
        return scans.remove(at: index)
    }
}
