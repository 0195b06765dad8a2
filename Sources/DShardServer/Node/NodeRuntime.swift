import Foundation
import Host
import Logging
import NIOCore
import NIOPosix
import Raft
import RocksEngine
import Storage
import Synchronization
import Transport
import Wire

/// A running node: its threads and loops, and the order in which they end.
final class NodeRuntime: Sendable {
    let telemetry: Telemetry
    let lane: Lane
    let engine: RocksEngine
    let directory: DataDirectory
    let logWriter: LogWriter
    let applyWorker: ApplyWorker
    let snapshotWorker: SnapshotWorker
    let scanWorker: ScanWorker
    let watch: StoreWatch
    let parts: Parts
    let drainTimeout: Duration
    private let end: EventLoopPromise<Void>
    private let ending = Mutex(Ending())

    /// What only the shutdown needs.
    struct Parts: Sendable {
        var group: MultiThreadedEventLoopGroup
        var pool: NIOThreadPool
        var listener: Listener
        var threads: [EventLoopFuture<Void>]
        var delivery: Task<Void, Never>?
    }

    private struct Ending {
        var isOver = false
        var fatalReason: String?
    }

    init(
        telemetry: Telemetry, lane: Lane, engine: RocksEngine, directory: DataDirectory, logWriter: LogWriter,
        applyWorker: ApplyWorker, snapshotWorker: SnapshotWorker, scanWorker: ScanWorker, watch: StoreWatch,
        parts: Parts, drainTimeout: Duration
    ) {
        self.telemetry = telemetry
        self.lane = lane
        self.engine = engine
        self.directory = directory
        self.logWriter = logWriter
        self.applyWorker = applyWorker
        self.snapshotWorker = snapshotWorker
        self.scanWorker = scanWorker
        self.watch = watch
        self.parts = parts
        self.drainTimeout = drainTimeout
        end = lane.loop.makePromise(of: Void.self)
    }

    var fatalReason: String? { ending.withLock { $0.fatalReason } }

    func waitForEnd() async throws { try await end.futureResult.get() }

    /// The disk or the store cannot be believed any more: the process ends, at once and without flushing anything
    /// (rules 15, 38). Its peers go on without it.
    func fail(_ reason: String) {
        telemetry.log.critical("ending the process: \(reason)")
        FileHandle.standardError.write(Data("dshard: \(reason)\n".utf8))
        _exit(1)
    }

    /// Prints the line that scripts wait for once a quorum of the system shard is reached.
    func announceWhenReady() {
        let loop = lane.loop
        loop.execute { [self] in
            loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(10)) { [self] task in
                guard lane.drain == .serving else { return task.cancel() }
                guard lane.readiness().isEmpty else { return }
                task.cancel()
                let line = "ready: node \(lane.identity.node), listening on \(lane.identity.address)\n"
                FileHandle.standardOutput.write(Data(line.utf8))
            }
        }
    }

    /// `/ready` says no from here on; leaderships go to other nodes, then the node ends.
    func beginShutdown() {
        let loop = lane.loop
        let deadline =
            SteadyClock.now()
            + Interval(nanoseconds: Int64(clamping: drainTimeout.components.seconds) * 1_000_000_000)
        loop.execute { [self] in
            lane.drain = .handingOver
            telemetry.log.notice("shutting down: handing leaderships over")
            loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(20)) { [self] task in
                guard lane.handOver() || SteadyClock.now() >= deadline else { return }
                task.cancel()
                finish()
            }
        }
    }

    private func finish() {
        let isFirst = ending.withLock { ending in
            defer { ending.isOver = true }
            return !ending.isOver
        }
        if isFirst { end.succeed() }
    }

    /// Ends everything in the reverse order of its start; what was accepted is written first.
    func stop() async {
        finish()
        parts.delivery?.cancel()
        try? await parts.listener.close().get()
        await parts.delivery?.value
        await lane.membership?.stop()
        try? await lane.loop.submit { [self] in lane.stop() }.get()
        snapshotWorker.stop()
        scanWorker.stop()
        applyWorker.stop()
        logWriter.stop()
        watch.stop()
        for thread in parts.threads { try? await thread.get() }
        try? await parts.pool.shutdownGracefully()
        do {
            try engine.close()
        } catch {
            telemetry.log.error("closing the store: \(error)")
        }
        try? await parts.group.shutdownGracefully()
    }
}
