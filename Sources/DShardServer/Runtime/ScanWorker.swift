import Dispatch
import class Foundation.Thread
import Host
import Storage
import Synchronization

/// The thread that reads replicas for checks (rule 39): one after the other, slowly, so that nobody notices. Each
/// waiting one keeps a snapshot of the store, so there are few of them: see `ScanQueue`.
final class ScanWorker: Sendable {
    private let content = Mutex(Content())
    private let arrivals = DispatchSemaphore(value: 0)
    private let window: UInt64
    private let bytesPerSecond: Int
    private let onEvent: @Sendable (ScanEvent) -> Void
    private let onFailure: @Sendable (StorageError) -> Void

    private struct Content {
        var queue = ScanQueue()
        var isClosed = false
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
        let givenUp = content.withLock { $0.queue.add(task) }
        if let givenUp { onEvent(.dropped(givenUp.name, givenUp.check)) }
        arrivals.signal()
    }

    func stop() {
        content.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    /// The thread's body.
    func run() {
        while true {
            arrivals.wait()
            while let task = next() {
                do throws(StorageError) {
                    guard let event = try scan(task) else { return }
                    onEvent(event)
                } catch {
                    onFailure(error)
                    return
                }
            }
            if isClosed { return }
        }
    }

    private var isClosed: Bool { content.withLock { $0.isClosed } }

    private func next() -> ScanTask? { content.withLock { $0.isClosed ? nil : $0.queue.next() } }

    /// Nil when the node stops meanwhile.
    private func scan(_ task: ScanTask) throws(StorageError) -> ScanEvent? {
        do throws(StorageError) {
            guard var scan = try ShardScan(task, window: window) else { return .dropped(task.name, task.check) }
            let began = ContinuousClock.now
            let end = began + .milliseconds(Int64(ShardScan.marginMilliseconds))
            var bytes = 0
            while !isClosed {
                guard ContinuousClock.now < end else { return .dropped(task.name, task.check) }
                switch try scan.step(bytesMax: Self.pieceBytes) {
                case .end(let hash): return .done(task.name, task.check, hash: hash)
                case .more(let byteCount): bytes += byteCount
                }
                let due = began + .microseconds(Int64(bytes) * 1_000_000 / Int64(bytesPerSecond))
                let (seconds, attoseconds) = (due - ContinuousClock.now).components
                let pause = Double(seconds) + Double(attoseconds) * 1e-18
                if pause > 0 { Thread.sleep(forTimeInterval: pause) }
            }
            return nil
        } catch {
            switch error.consequence {
            case .markReplica, .stopReplica, .askAgain: return .unreadable(task.name, task.check, error)
            case .endProcess, .markNode: throw error
            }
        }
    }

    /// Read at once; then others get the disk.
    private static let pieceBytes = 128 << 10
}
