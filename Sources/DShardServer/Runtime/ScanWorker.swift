import Dispatch
import class Foundation.Thread
import Host
import Raft
import Storage
import Synchronization

/// The thread that reads replicas for checks (rule 39): slowly, so that nobody notices, and a piece of each in turn, so
/// that a small one does not wait for a large one. Each keeps a snapshot of the store, so there are few of them: see
/// `ScanQueue`.
final class ScanWorker: Sendable {
    private let content = Mutex(Content())
    private let arrivals = DispatchSemaphore(value: 0)
    private let window: UInt64
    private let bytesPerSecond: Int
    private let onEvent: @Sendable (ScanEvent) -> Void
    private let onFailure: @Sendable (StorageError) -> Void

    private struct Content {
        var queue = ScanQueue()
        /// When each was taken in.
        var since: [ShardID: ContinuousClock.Instant] = [:]
        var isClosed = false
    }

    /// What the thread has begun to read, and when the next piece may be.
    private struct Reading {
        var scans: [ShardID: Open] = [:]
        var due = ContinuousClock.now

        struct Open {
            var position: LogPosition
            var scan: ShardScan
        }
    }

    /// The window is `HostLimits.sessionWindowMilliseconds`.
    init(
        sessionWindowMilliseconds: UInt64, bytesPerSecond: Int, onEvent: @escaping @Sendable (ScanEvent) -> Void,
        onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        window = sessionWindowMilliseconds
        self.bytesPerSecond = max(1, bytesPerSecond)
        self.onEvent = onEvent
        self.onFailure = onFailure
    }

    func submit(_ task: ScanTask) {
        let givenUp = content.withLock { content in
            let givenUp = content.queue.add(task)
            if content.queue.holds(task.name.shard, at: task.check.position) {
                content.since[task.name.shard] = .now
            }
            return givenUp
        }
        if let givenUp { onEvent(.dropped(givenUp.name, givenUp.check)) }
        arrivals.signal()
    }

    /// Nobody waits for it any more; it may be over already.
    func giveUp(_ shard: ShardID, at position: LogPosition) {
        guard let task = content.withLock({ $0.queue.end(shard, at: position) }) else { return }
        onEvent(.dropped(task.name, task.check))
    }

    func stop() {
        content.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    /// The thread's body.
    func run() {
        var reading = Reading()
        while true {
            arrivals.wait()
            while let (task, since) = turn() {
                do throws(StorageError) {
                    try read(task, since, &reading)
                } catch {
                    onFailure(error)
                    return
                }
                forgetGivenUp(&reading)
            }
            forgetGivenUp(&reading)
            if isClosed { return }
        }
    }

    private var isClosed: Bool { content.withLock { $0.isClosed } }

    private func turn() -> (ScanTask, since: ContinuousClock.Instant)? {
        content.withLock { content in
            guard !content.isClosed, let task = content.queue.turn() else { return nil }
            return (task, content.since[task.name.shard] ?? .now)
        }
    }

    /// Their snapshots keep compaction from dropping what is old.
    private func forgetGivenUp(_ reading: inout Reading) {
        let queue = content.withLock { content in
            content.since = content.since.filter { content.queue.shards.contains($0.key) }
            return content.queue
        }
        for (shard, open) in reading.scans where !queue.holds(shard, at: open.position) {
            reading.scans[shard] = nil
        }
    }

    /// The next piece of one scan.
    private func read(
        _ task: ScanTask, _ since: ContinuousClock.Instant, _ reading: inout Reading
    ) throws(StorageError) {
        do throws(StorageError) {
            guard ContinuousClock.now < since + .milliseconds(Int64(ShardScan.marginMilliseconds)),
                try open(task, &reading)
            else { return end(task, .dropped(task.name, task.check)) }
            switch try reading.scans[task.name.shard]?.scan.step(bytesMax: Self.pieceBytes) {
            case .end(let hash): end(task, .done(task.name, task.check, hash: hash))
            case .more(let byteCount): pause(for: byteCount, &reading)
            case nil: break
            }
        } catch {
            switch error.consequence {
            case .markReplica, .stopReplica, .askAgain: end(task, .unreadable(task.name, task.check, error))
            case .endProcess, .markNode: throw error
            }
        }
    }

    /// False when the state is not that of the check's entry.
    private func open(_ task: ScanTask, _ reading: inout Reading) throws(StorageError) -> Bool {
        let (shard, position) = (task.name.shard, task.check.position)
        guard reading.scans[shard]?.position != position else { return true }
        reading.scans[shard] = nil
        guard let scan = try ShardScan(task, window: window) else { return false }
        reading.scans[shard] = Reading.Open(position: position, scan: scan)
        return true
    }

    /// Nobody is told of one that was given up meanwhile: that was told before.
    private func end(_ task: ScanTask, _ event: ScanEvent) {
        let ended = content.withLock { $0.queue.end(task.name.shard, at: task.check.position) }
        if ended != nil { onEvent(event) }
    }

    private func pause(for byteCount: Int, _ reading: inout Reading) {
        reading.due =
            max(reading.due, .now) + .microseconds(Int64(byteCount) * 1_000_000 / Int64(bytesPerSecond))
        let (seconds, attoseconds) = (reading.due - .now).components
        let pause = Double(seconds) + Double(attoseconds) * 1e-18
        if pause > 0 { Thread.sleep(forTimeInterval: pause) }
    }

    /// Read at once; then others get the disk.
    private static let pieceBytes = 128 << 10
}
