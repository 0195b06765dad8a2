import Keyspace
import Raft
import Storage

/// The scans that wait on a node: few, since each keeps a snapshot, and at most one of a shard, the latest. One is done
/// at a time.
package struct ScanQueue: Sendable {
    private var waiting: [ScanTask] = []
    private var current: ShardID?

    /// Snapshots held for scans, the one being read included.
    package static let heldMax = 4

    package init() {}

    /// Takes in a task; returns the one that is given up for it, which may be itself.
    package mutating func add(_ task: ScanTask) -> ScanTask? {
        // Whoever asked for the earlier one has given up, or soon will.
        if let position = waiting.firstIndex(where: { $0.name.shard == task.name.shard }) {
            defer { waiting[position] = task }
            return waiting[position]
        }
        let held = waiting.count + (current == nil ? 0 : 1)
        guard held < ScanQueue.heldMax, current != task.name.shard else { return task }
        waiting.append(task)
        return nil
    }

    /// The next one to read; nil when nothing waits. The one before it is over.
    package mutating func next() -> ScanTask? {
        guard !waiting.isEmpty else {
            current = nil
            return nil
        }
        let task = waiting.removeFirst()
        current = task.name.shard
        return task
    }
}
