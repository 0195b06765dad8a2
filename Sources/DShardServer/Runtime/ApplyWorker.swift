import Host
import NIOConcurrencyHelpers
import Raft
import Storage

/// The thread that applies committed entries: everything that waits, task by task, each one atomic batch. The
/// completions of one round go back to the lane together; it is woken only for those that somebody waits for, and
/// finds the others when it looks next.
final class ApplyWorker: Sendable {
    private let mailbox = Mailbox<ApplyTask>()
    private let store: any StateStore
    private let initial: Applier
    private let applied = NIOLockedValueBox<[AppliedBatch]>([])
    private let onAwaited: @Sendable () -> Void
    private let onFailure: @Sendable (LogName?, ApplyError) -> Void

    /// `onAwaited` is called when the lane should call `takeApplied` soon.
    init(
        store: any StateStore, applier: Applier, onAwaited: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (LogName?, ApplyError) -> Void
    ) {
        self.store = store
        initial = applier
        self.onAwaited = onAwaited
        self.onFailure = onFailure
    }

    func submit(_ tasks: [ApplyTask]) { mailbox.send(contentsOf: tasks) }

    /// What was applied since the last call, in order.
    func takeApplied() -> [AppliedBatch] {
        applied.withLockedValue { applied in
            defer { applied = [] }
            return applied
        }
    }

    func stop() { mailbox.close() }

    /// The thread's body; the applied state lives on its stack.
    func run() {
        var applier = initial
        var current: LogName?
        let batch = store.makeBatch()
        while let tasks = mailbox.takeAll() {
            var applied: [AppliedBatch] = []
            var next = 0
            while next < tasks.count {
                do throws(ApplyError) {
                    next = try applyRound(tasks, from: next, &applier, batch, &applied, &current)
                } catch {
                    onFailure(current, error)
                    return
                }
            }
            report(applied)
        }
    }

    private func report(_ batches: [AppliedBatch]) {
        let waiting = applied.withLockedValue { applied in
            applied.append(contentsOf: batches)
            return applied.count
        }
        if waiting > Self.unreportedMax || batches.contains(where: \.isAwaited) { onAwaited() }
    }

    /// Applies tasks into one batch until it is large enough and writes it; returns the next task's position.
    private func applyRound(
        _ tasks: [ApplyTask], from first: Int, _ applier: inout Applier, _ batch: any StateBatch,
        _ applied: inout [AppliedBatch], _ current: inout LogName?
    ) throws(ApplyError) -> Int {
        let (round, next) = Self.merge(tasks, from: first)
        batch.clear()
        for task in round {
            current = LogName(shard: task.shard, replica: task.replica)
            if let result = try applier.apply(task, store: store, batch: batch) { applied.append(result) }
        }
        current = nil
        guard batch.count > 0 else { return next }
        do throws(StorageError) {
            try store.write(batch, writer: Self.writerNumber)
        } catch {
            throw .storage(error)
        }
        return next
    }

    /// One task per shard, from as many as fit one batch: an operation that reads sees what stands before it in the
    /// batch only within its own task (rule 18).
    private static func merge(_ tasks: [ApplyTask], from first: Int) -> (round: [ApplyTask], next: Int) {
        var round: [ApplyTask] = []
        var positions: [ShardID: Int] = [:]
        var bytes = 0
        var next = first
        while next < tasks.count, next == first || bytes < batchBytes {
            let task = tasks[next]
            if let position = positions[task.shard], round[position].replica == task.replica {
                round[position].entries.append(contentsOf: task.entries)
                round[position].wantsOutcomes = round[position].wantsOutcomes || task.wantsOutcomes
                round[position].isAwaited = round[position].isAwaited || task.isAwaited
            } else if positions[task.shard] == nil {
                positions[task.shard] = round.count
                round.append(task)
            } else {
                break
            }
            bytes += task.byteCount
            next += 1
        }
        return (round, next)
    }

    /// A batch is written once it has this size, in bytes.
    private static let batchBytes = 4 << 20
    /// More batches than these are reported even if nobody waits for them.
    private static let unreportedMax = 256
    /// The applier's number among the writing threads (rule 14); the log writer is 0.
    private static let writerNumber: UInt8 = 1
}
