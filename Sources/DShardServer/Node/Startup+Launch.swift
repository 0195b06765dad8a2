import Foundation
import Host
import Keyspace
import Logging
import NIOCore
import NIOPosix
import Raft
import RocksEngine
import Storage
import Transport
import Wire

extension Startup {
    /// Opens the store, restores the replicas and puts everything to work.
    func launch(
        _ directory: DataDirectory, _ record: BootstrapRecord, _ own: FormationAnnouncement, _ reception: Reception,
        _ service: FormationService, _ formation: Formation, group: MultiThreadedEventLoopGroup, listener: Listener
    ) async throws(NodeStartError) -> NodeRuntime {
        let loop = group.next()
        try finishAdopting(record, directory)
        guard let found = directory.identity, let address = record.nodes.first(where: { $0.node == found.node })
        else { throw NodeStartError("\(configuration.dataDirectory) does not say which node it is: restore IDENTITY") }
        let identity = NodeIdentity(
            cluster: record.cluster, node: address.node, incarnation: found.incarnation, boot: boot,
            address: address.address)
        let (engine, recovered) = try recover(directory, record, identity)
        let pool = NIOThreadPool(numberOfThreads: Self.readThreads)
        pool.start()
        let lane = try makeLane(identity, record, directory, engine, recovered, pool, loop)
        let runtime = assemble(
            lane, directory, engine, recovered.applier, group: group, pool: pool, listener: listener,
            delivery: Task { [self] in await introduce(record, identity, formation, lane) })
        let announcement = FormationAnnouncement(
            address: own.address, incarnation: own.incarnation, boot: own.boot, list: own.list,
            borders: own.borders, state: .member(record.cluster))
        do {
            try await loop.submit { [boot, meter, labels, settings] in
                service.become(.formed(announcement, record, nodes: { [unowned lane] in lane.host.addresses }))
                let hello = Hello(
                    role: .control, cluster: identity.cluster, node: identity.node, incarnation: identity.incarnation,
                    boot: boot, address: identity.address)
                let links = PeerLinks(
                    node: identity.node, hello: hello, on: loop, meter: meter, generator: SystemRandomNumberGenerator())
                links.delegate = lane
                lane.links = links
                reception.lane = lane
                links.update(record.nodes)
                lane.start()
                let membership = Membership(lane: lane, labels: labels, settings: settings)
                lane.membership = membership
                service.join = { [unowned membership] call in membership.admit(call) }
                membership.start()
            }.get()
        } catch {
            throw NodeStartError("\(error)")
        }
        return runtime
    }

    private var settings: PlacementSettings {
        PlacementSettings(
            repairAfter: Self.interval(configuration.repairAfter),
            shardBytes: UInt64(clamping: configuration.shardBytes),
            mergeAfter: Self.interval(configuration.mergeAfter))
    }

    private static func interval(_ duration: Duration) -> Interval {
        let (seconds, attoseconds) = duration.components
        // A hundred years are for ever; more would not fit into an interval.
        let whole = Interval.seconds(min(max(0, seconds), 3_153_600_000))
        return Interval(nanoseconds: whole.nanoseconds + attoseconds / 1_000_000_000)
    }

    /// A crash between storing the record and naming the node in the identity: the own row is the one with this
    /// directory's incarnation.
    private func finishAdopting(_ record: BootstrapRecord, _ directory: DataDirectory) throws(NodeStartError) {
        guard let identity = directory.identity, identity.node == nil else { return }
        guard record.nodes.contains(where: { $0.address == address && $0.incarnation == identity.incarnation }) else {
            return
        }
        try Self.named { () throws(FileError) in try adopt(record, directory) }
    }

    private func makeLane(
        _ identity: NodeIdentity, _ record: BootstrapRecord, _ directory: DataDirectory, _ engine: RocksEngine,
        _ recovered: Recovery.Result, _ pool: NIOThreadPool, _ loop: any EventLoop
    ) throws(NodeStartError) -> Lane {
        let now = SteadyClock.now()
        var limits = HostLimits()
        limits.snapshotBytesPerSecond = configuration.snapshotBytesPerSecond
        limits.raft.slowFollowerEntriesMax = configuration.logKeepEntries
        var host = Host(
            node: identity.node, boot: boot, incarnation: identity.incarnation, limits: limits,
            wallMilliseconds: SteadyClock.wallMilliseconds(), now: now)
        host.setAddresses(record.nodes)
        for descriptor in record.descriptors { host.learn(systemShard: descriptor) }
        var generator = SystemRandomNumberGenerator()
        host.recoveredNumber = engine.recoveredNumber
        host.mayHaveForgotten = try Self.named { () throws(FileError) in try directory.hasForgotten() }
        host.add(recovered.suspects, departed: recovered.departed)
        host.add(recovered.votes)
        for replica in recovered.replicas {
            host.add(replica, seed: generator.next(), now: now)
        }
        return Lane(
            loop: loop, host: host, state: engine, readPool: pool, identity: identity, telemetry: telemetry,
            meter: meter)
    }

    private func assemble(
        _ lane: Lane, _ directory: DataDirectory, _ engine: RocksEngine, _ applier: Applier,
        group: MultiThreadedEventLoopGroup, pool: NIOThreadPool, listener: Listener, delivery: Task<Void, Never>?
    ) -> NodeRuntime {
        let loop = lane.loop
        let log = telemetry.log
        let fatal: @Sendable (String, Bool) -> Void = { reason, isCorrupt in
            log.critical("ending the process: \(reason)")
            if isCorrupt {
                do throws(FileError) {
                    try directory.markNodeSuspect(reason: reason)
                } catch {
                    log.critical("the node could not be marked suspect: \(error)")
                }
            }
            _exit(1)
        }
        let logWriter = LogWriter(
            store: engine,
            onDurable: { tokens, writes in loop.execute { lane.persisted(tokens, writes: writes) } },
            onFailure: { error in fatal("the log cannot be written: \(error)", error.consequence == .markNode) })
        let scanWorker = makeScanWorker(lane, fatal)
        let applyWorker = ApplyWorker(
            store: engine, applier: applier,
            onAwaited: { loop.execute { lane.turn() } },
            onDestroyed: { name in loop.execute { lane.destroyed(name) } },
            onScan: { task in scanWorker.submit(task) },
            onFailure: { name, error in
                // The next start leaves this replica out, so one bad entry or block does not end the process again.
                if let name, !error.endsProcess {
                    try? directory.markSuspect(name, reason: "\(error)")
                }
                fatal("an entry cannot be applied: \(error)", error.isStoreCorruption)
            })
        let watch = StoreWatch(
            engine: engine, directory: directory,
            onAdmission: { admission, refusesAppends in
                loop.execute { lane.setAdmission(admission, refusesAppends: refusesAppends) }
            }, onFatal: fatal)
        lane.logWriter = logWriter
        lane.applyWorker = applyWorker
        lane.scanWorker = scanWorker
        lane.loader = LogLoader(
            store: engine, pool: pool, loop: loop, onLoaded: { task, entries in lane.loaded(task, entries) },
            onUnreadable: { shard, error in lane.suspect(shard, "its log cannot be read: \(error)") })
        lane.onFatal = fatal
        lane.diskSpace = { watch.diskSpace }
        let snapshotWorker = makeSnapshotWorker(lane, engine, fatal)
        lane.snapshotWorker = snapshotWorker
        rememberSuspects(lane, directory, engine, fatal)
        lane.syncedNumber = { engine.syncedNumber }
        let threads = [
            Worker.start(name: "log-writer", on: loop) { logWriter.run() },
            Worker.start(name: "applier", on: loop) { applyWorker.run() },
            Worker.start(name: "snapshots", .background, on: loop) { snapshotWorker.run() },
            Worker.start(name: "scans", .background, on: loop) { scanWorker.run() },
            Worker.start(name: "store-watch", on: loop) { watch.run() },
        ]
        return NodeRuntime(
            telemetry: telemetry, lane: lane, engine: engine, directory: directory, logWriter: logWriter,
            applyWorker: applyWorker, snapshotWorker: snapshotWorker, scanWorker: scanWorker, watch: watch,
            parts: NodeRuntime.Parts(
                group: group, pool: pool, listener: listener, threads: threads, delivery: delivery),
            drainTimeout: configuration.drainTimeout)
    }

    private func makeScanWorker(
        _ lane: Lane, _ fatal: @escaping @Sendable (String, Bool) -> Void
    ) -> ScanWorker {
        let loop = lane.loop
        return ScanWorker(
            sessionWindowMilliseconds: lane.host.limits.sessionWindowMilliseconds,
            bytesPerSecond: lane.host.limits.scanBytesPerSecond,
            onEvent: { event in loop.execute { lane.scanned(event) } },
            onFailure: { error in fatal("a check fails: \(error)", error.consequence == .markNode) })
    }

    private func makeSnapshotWorker(
        _ lane: Lane, _ engine: RocksEngine, _ fatal: @escaping @Sendable (String, Bool) -> Void
    ) -> SnapshotWorker {
        let loop = lane.loop
        return SnapshotWorker(
            store: engine, sessionWindowMilliseconds: lane.host.limits.sessionWindowMilliseconds,
            onEvent: { event in loop.execute { lane.completed(event) } },
            onFailure: { error in fatal("a snapshot fails: \(error)", error.consequence == .markNode) })
    }
}
