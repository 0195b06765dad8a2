import Host
import NIOConcurrencyHelpers
import Raft
import Storage

/// The thread that applies committed entries: everything that waits, step by step, each one atomic batch. Completions
/// go back to the lane together; it is woken only for those that somebody waits for, and finds the others when it
/// looks next. What was applied before a replica's end can be taken before that end is told (rule 30).
final class ApplyWorker: Sendable {
    private let mailbox = Mailbox<ApplyWork>()
    private let store: any StateStore
    private let initial: Applier
    private let applied = NIOLockedValueBox<[AppliedBatch]>([])
    private let onAwaited: @Sendable () -> Void
    private let onDestroyed: @Sendable (LogName) -> Void
    private let onScan: @Sendable (ScanTask) -> Void
    private let onFailure: @Sendable (LogName?, ApplyError) -> Void

    /// `onAwaited` is called when the lane should call `takeApplied` soon.
    init(
        store: any StateStore, applier: Applier, onAwaited: @escaping @Sendable () -> Void,
        onDestroyed: @escaping @Sendable (LogName) -> Void, onScan: @escaping @Sendable (ScanTask) -> Void,
        onFailure: @escaping @Sendable (LogName?, ApplyError) -> Void
    ) {
        self.store = store
        initial = applier
        self.onAwaited = onAwaited
        self.onDestroyed = onDestroyed
        self.onScan = onScan
        self.onFailure = onFailure
    }

    func submit(_ work: [ApplyWork]) { mailbox.send(contentsOf: work) }

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
        while let work = mailbox.takeAll() {
            var applied: [AppliedBatch] = []
            var next = 0
            while next < work.count {
                do throws(ApplyError) {
                    switch ApplyWork.nextRound(of: work, from: &next, byteGoal: Self.batchBytes) {
                    case .change(let change):
                        report(applied)
                        applied = []
                        try follow(change, &applier, batch, &current)
                    case .entries(let tasks): applied += try apply(tasks, &applier, batch, &current)
                    }
                } catch {
                    onFailure(current, error)
                    return
                }
            }
            report(applied)
        }
    }

    private func report(_ batches: [AppliedBatch]) {
        guard !batches.isEmpty else { return }
        let waiting = applied.withLockedValue { applied in
            applied.append(contentsOf: batches)
            return applied.count
        }
        if waiting > Self.unreportedMax || batches.contains(where: \.isAwaited) { onAwaited() }
    }

    private func follow(
        _ change: ApplyChange, _ applier: inout Applier, _ batch: any StateBatch, _ current: inout LogName?
    ) throws(ApplyError) {
        batch.clear()
        // Its log says what cannot be done: the next start must not try again.
        if case .absorb(let task, _) = change { current = LogName(shard: task.shard, replica: task.replica) }
        let followed = try applier.follow(change, store: store, batch: batch)
        current = nil
        do throws(StorageError) {
            if batch.count > 0 { try store.write(batch, writer: Self.writerNumber) }
            if followed.ended != nil { try store.sync() }
        } catch {
            throw .storage(error)
        }
        if let batch = followed.applied { report([batch]) }
        if let ended = followed.ended { onDestroyed(ended) }
    }

    /// Applies the tasks as one batch, and writes it.
    private func apply(
        _ tasks: [ApplyTask], _ applier: inout Applier, _ batch: any StateBatch, _ current: inout LogName?
    ) throws(ApplyError) -> [AppliedBatch] {
        var applied: [AppliedBatch] = []
        batch.clear()
        for task in tasks {
            current = LogName(shard: task.shard, replica: task.replica)
            if let result = try applier.apply(task, store: store, batch: batch) { applied.append(result) }
        }
        current = nil
        guard batch.count > 0 else { return applied }
        do throws(StorageError) {
            try store.write(batch, writer: Self.writerNumber)
            for result in applied where result.checks.contains(where: \.wantsScan) { try scan(result) }
        } catch {
            throw .storage(error)
        }
        return applied
    }

    /// Holds the state that a check's entry has left on to be read; nothing later of the shard is written yet.
    private func scan(_ result: AppliedBatch) throws(StorageError) {
        for check in result.checks where check.wantsScan {
            onScan(ScanTask(name: result.name, check: check, snapshot: try store.snapshot()))
        }
    }

    /// A batch is written once it has this size, in bytes.
    private static let batchBytes = 4 << 20
    /// More batches than these are reported even if nobody waits for them.
    private static let unreportedMax = 256
    /// The applier's number among the writing threads (rule 14); the log writer is 0.
    private static let writerNumber: UInt8 = 1
}
