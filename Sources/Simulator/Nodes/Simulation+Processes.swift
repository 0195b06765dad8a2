import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Processes start and end.
extension Simulation {
    /// Starts a process on what its disk holds.
    func boot(_ node: SimulatedNode) {
        guard !node.isUp else { return }
        node.life += 1
        node.isUp = true
        node.isPaused = false
        node.isTurnScheduled = false
        node.startedAt = now
        node.wakeUpAt = .max
        node.laneSlowness = 1
        node.applierSlowness = 1
        node.logMailbox = []
        node.logBusySince = nil
        node.isSyncDoomed = false
        node.applyMailbox = []
        node.isApplying = false
        node.applied = []
        node.snapshotMailbox = []
        node.isSnapshotting = false
        node.placement = SimulatedPlacement()
        node.scans = ScanQueue()
        node.isScanning = false
        // Small pieces, so that streams are cut in the middle; not so small that one takes longer than a phase.
        node.workshop = SnapshotWorkshop(
            store: node.engine, sessionWindowMilliseconds: limits.sessionWindowMilliseconds,
            chunkBytes: options.seed % 2 == 0 ? 100 : 400, tableBytes: 1_000)
        for position in node.links.indices {
            for channel in node.links[position].indices { node.links[position][channel] = Link() }
        }
        let wall = Self.start + UInt64(now / 1_000_000) + UInt64(processes.draw(0...300)) + node.wallError
        node.host = Host(
            node: node.id, boot: UInt64(node.life) << 32 | processes.next() >> 32 | 1,
            incarnation: node.id.rawValue, limits: limits,
            wallMilliseconds: wall, now: instant(node))
        node.host.setAddresses(record.nodes)
        node.host.learn(systemShard: record.descriptors[0])
        trace.note(.boot, now, node.id.rawValue, UInt64(node.life))
        recover(node)
        guard node.isUp else { return }
        controlTick(node)
        placementTick(node)
        scheduleTurn(node)
    }

    /// Ends a process. What it had not synced survives as `mode` says; a disk that has lost what it had confirmed
    /// must be found out, and its replicas are replaced after the next start.
    func kill(_ node: SimulatedNode, _ mode: CrashMode = .processDies, closesConnections: Bool = true) {
        guard node.isUp else { return }
        if now - node.startedAt < 50_000_000, node.life > 1 { probes.hit(.crashDuringStart) }
        if node.host.replicas.contains(where: { $0.group.role == .leader }) { probes.hit(.leaderCrashed) }
        trace.note(.crash, now, node.id.rawValue, UInt64(node.life))
        if closesConnections { sendCloses(from: node) }
        node.isUp = false
        node.isPaused = false
        node.deferred.removeAll()
        storing(node) {
            let (engine, verdict) = try node.engine.crash(mode)
            node.engine = engine
            guard case .suspect(let reason) = verdict else { return }
            guard mode.mayTakeWhatWasSynced else {
                return fail("node \(node.id) is suspect after \(mode): \(reason)")
            }
            probes.hit(.suspectAtStart)
            node.storeSuspicion = "\(reason)"
            node.hasLost = true
            checker.members.loses(node.id)
        }
    }

    func pause(_ node: SimulatedNode) { node.isPaused = true }

    func resume(_ node: SimulatedNode) {
        guard node.isPaused else { return }
        node.isPaused = false
        let missed = node.deferred
        node.deferred = []
        for event in missed { perform(event) }
    }
}

extension CrashMode {
    var mayTakeWhatWasSynced: Bool {
        switch self {
        case .hole, .syncedTailLost: true
        case .processDies, .unsyncedLost, .unsyncedTailLost, .lastUnsyncedLost: false
        }
    }
}
