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
        guard let found = directory.identity, let address = record.nodes.first(where: { $0.node == found.node })
        else { throw NodeStartError("\(configuration.dataDirectory) does not say which node it is: restore IDENTITY") }
        let identity = NodeIdentity(
            cluster: record.cluster, node: address.node, incarnation: found.incarnation, boot: boot,
            address: address.address)
        let (engine, recovered) = try recover(directory, record, identity)
        let pool = NIOThreadPool(numberOfThreads: Self.readThreads)
        pool.start()
        let lane = makeLane(identity, record, engine, recovered, pool, loop)
        if let reason = directory.suspicion.node { lane.suspectReason = reason }
        let runtime = assemble(
            lane, directory, engine, recovered.applier, group: group, pool: pool, listener: listener,
            delivery: deliver(record, identity, formation))
        let announcement = FormationAnnouncement(
            address: own.address, incarnation: own.incarnation, boot: own.boot, list: own.list,
            borders: own.borders, state: .member(record.cluster))
        do {
            try await loop.submit { [boot, meter] in
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
            }.get()
        } catch {
            throw NodeStartError("\(error)")
        }
        return runtime
    }

    /// The first node of a list gives the record to those that have not got it, after each start until all have.
    private func deliver(
        _ record: BootstrapRecord, _ identity: NodeIdentity, _ formation: Formation
    ) -> Task<Void, Never>? {
        guard record.nodes.count > 1, record.nodes.first?.node == identity.node else { return nil }
        return Task { await formation.deliver(record) }
    }

    private func recover(
        _ directory: DataDirectory, _ record: BootstrapRecord, _ identity: NodeIdentity
    ) throws(NodeStartError) -> (RocksEngine, Recovery.Result) {
        let began = SteadyClock.now()
        var options = EngineOptions()
        options.blockCacheBytes = configuration.cacheBytes
        let (engine, verdict) = try Self.named { () throws(OpenError) in
            try RocksEngine.open(directory, options)
        }
        if case .suspect(let reason) = verdict {
            telemetry.log.critical("the store may have forgotten something: \(reason); this node does not serve")
            do throws(FileError) {
                try directory.markNodeSuspect(reason: "\(reason)")
            } catch {
                throw NodeStartError("\(error)")
            }
        }
        let limits = HostLimits()
        let recovery = Recovery(
            node: identity.node, log: engine, state: engine,
            sessionWindowMilliseconds: limits.sessionWindowMilliseconds)
        do throws(StorageError) {
            var result = try recovery.run()
            if result.replicas.isEmpty, result.suspects.isEmpty, directory.suspicion.isEmpty {
                try Bootstrap.create(record, node: identity.node, in: engine)
                result = try recovery.run()
            }
            for (shard, reason) in result.suspects {
                telemetry.log.critical("a replica may have forgotten something: \(reason)", metadata: ["shard": "\(shard)"])
                try? directory.markSuspect(
                    LogName(shard: shard, replica: ReplicaID(identity.node.rawValue)), reason: reason)
            }
            let took = (SteadyClock.now() - began).milliseconds
            telemetry.log.info("store open: \(result.replicas.count) replicas restored in \(took) ms")
            return (engine, result)
        } catch {
            throw NodeStartError("the store in \(directory.path) cannot be read: \(error)")
        }
    }

    private func makeLane(
        _ identity: NodeIdentity, _ record: BootstrapRecord, _ engine: RocksEngine, _ recovered: Recovery.Result,
        _ pool: NIOThreadPool, _ loop: any EventLoop
    ) -> Lane {
        let now = SteadyClock.now()
        var host = Host(
            node: identity.node, boot: boot, incarnation: identity.incarnation, limits: HostLimits(),
            wallMilliseconds: SteadyClock.wallMilliseconds(), now: now)
        host.setAddresses(record.nodes)
        var generator = SystemRandomNumberGenerator()
        let suspects = recovered.suspects.map(\.shard)
        for replica in recovered.replicas where !suspects.contains(replica.descriptor.shard) {
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
        let fatal: @Sendable (String) -> Void = { reason in
            log.critical("ending the process: \(reason)")
            _exit(1)
        }
        let logWriter = LogWriter(
            store: engine,
            onDurable: { tokens, writes in loop.execute { lane.persisted(tokens, writes: writes) } },
            onFailure: { error in fatal("the log cannot be written: \(error)") })
        let applyWorker = ApplyWorker(
            store: engine, applier: applier,
            onApplied: { batches in loop.execute { lane.applied(batches) } },
            onFailure: { error in fatal("an entry cannot be applied: \(error)") })
        let watch = StoreWatch(
            engine: engine, directory: directory,
            onAdmission: { admission in loop.execute { lane.setAdmission(admission) } }, onFatal: fatal)
        lane.logWriter = logWriter
        lane.applyWorker = applyWorker
        lane.loader = LogLoader(store: engine, pool: pool, loop: loop) { task, entries in
            lane.loaded(task, entries)
        }
        lane.onFatal = fatal
        let threads = [
            Worker.start(name: "log-writer", on: loop) { logWriter.run() },
            Worker.start(name: "applier", on: loop) { applyWorker.run() },
            Worker.start(name: "store-watch", on: loop) { watch.run() },
        ]
        return NodeRuntime(
            telemetry: telemetry, lane: lane, engine: engine, directory: directory, logWriter: logWriter,
            applyWorker: applyWorker, watch: watch,
            parts: NodeRuntime.Parts(
                group: group, pool: pool, listener: listener, threads: threads, delivery: delivery),
            drainTimeout: configuration.drainTimeout)
    }
}
