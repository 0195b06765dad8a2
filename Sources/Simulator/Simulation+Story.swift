import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The phases of a simulation.
extension Simulation {
    func runStory() {
        form()
        addClients()
        isBusy = true
        startFaults()
        watch()
        run(milliseconds: options.milliseconds)
        serveWithQuorum()
        converge()
        countProbes()
    }

    /// The cluster's first start, from its bootstrap record.
    private func form() {
        for node in nodes {
            storing(node) {
                try Bootstrap.create(record, node: node.id, in: node.engine)
                try node.engine.sync()
                node.engine.syncMark()
            }
            boot(node)
        }
        dialForever()
    }

    /// Every 100 virtual milliseconds all replicas are looked at, whether they did something or not.
    private func watch() {
        for node in nodes where node.isUp { checker.lookAtAll(node, self) }
        after(100_000) { [unowned self] in watch() }
    }

    /// Liveness: a quorum that is healed must serve, whatever the others do (or do not do) for ever.
    private func serveWithQuorum() {
        guard failure == nil else { return }
        let sound = nodes.filter(\.isSound)
        var quorum: [SimulatedNode] = []
        var candidates = sound
        while quorum.count <= nodes.count / 2, !candidates.isEmpty {
            quorum.append(candidates.remove(at: faultChance.draw(0...(candidates.count - 1))))
        }
        let left = nodes.filter { node in !quorum.contains { $0 === node } }
        if !left.isEmpty { probes.hit(.quorumOnly) }
        isQuorumPhase = true
        leave(left)
        heal(except: left)
        isBusy = false
        run(milliseconds: 20_000) { clients.allSatisfy { $0.operation == nil } }
        writeEverywhere("with a quorum of nodes \(quorum.map { "\($0.id)" }.sorted().joined(separator: ", "))")
    }

    /// Those that are not part of the quorum are down, stopped, or cut off.
    private func leave(_ left: [SimulatedNode]) {
        for node in left {
            switch faultChance.draw(1...3) {
            case 1: if node.isUp { kill(node, closesConnections: faultChance.happens(percent: 50)) }
            case 2: pause(node)
            default:
                for peer in nodes where peer !== node {
                    block(true, from: node, to: peer)
                    block(true, from: peer, to: node)
                }
            }
        }
    }

    /// A write through every shard must succeed within ten virtual seconds.
    private func writeEverywhere(_ circumstance: String) {
        guard failure == nil, let client = clients.first else { return }
        for shard in 0..<options.shards {
            begin(.put(Workload.key(shard, Workload.registers.lowerBound), client.nextValue()), client, seconds: 10)
            run(milliseconds: 11_000) { client.operation == nil }
            guard failure == nil else { return }
            guard case .succeeded = client.lastOutcome else {
                let places = describe(userShards[shard].shard)
                return fail("shard \(shard + 2) takes no write \(circumstance): \(client.lastOutcome); \(places)")
            }
        }
    }

    /// What every node makes of a shard, for people.
    private func describe(_ shard: ShardID) -> String {
        nodes.map { node in
            guard let replica = node.host.replica(of: shard), node.isUp else { return "node \(node.id) down" }
            let group = replica.group
            let links = nodes.filter { $0 !== node && connection(node, $0, .control) != 0 }
            let state = node.isPaused ? "stopped" : "\(group.role)"
            let sync = node.logBusySince.map { "syncing for \((instant(node) - $0).milliseconds) ms, " } ?? ""
            let leader = group.leader.map { "\($0.node)" } ?? "-"
            return "node \(node.id) \(state) \(sync)term \(group.term) leader \(leader) "
                + "last \(group.lastIndex) of \(group.lastTerm), commit \(group.commitIndex), "
                + "linked to \(links.map { "\($0.id)" }.joined(separator: " "))"
        }.joined(separator: "; ")
    }

    /// All that can be healed is: the replicas must come to the same end, and every counter to its count.
    private func converge() {
        guard failure == nil else { return }
        isQuorumPhase = false
        heal()
        writeEverywhere("with every sound node healed")
        readCounters()
        run(milliseconds: 15_000) { isLevel }
        guard failure == nil else { return }
        guard isLevel else { return fail("the replicas do not come to the same index: \(levels)") }
        for descriptor in record.descriptors { compareReplicas(descriptor) }
    }

    /// I16, I18 and I33: each increment that was told happened once, and each that was not told at most once.
    private func readCounters() {
        isCounting = true
        for (key, range) in history.counters {
            guard failure == nil, let client = clients.first else { return }
            begin(.get([key]), client, seconds: 10)
            run(milliseconds: 11_000) { client.operation == nil }
            guard failure == nil else { return }
            guard case .succeeded = client.lastOutcome else {
                return fail("\(key) cannot be read after the healing: \(client.lastOutcome)")
            }
            let value = history.lastValue(of: key).map { Counter.number($0) } ?? 0
            if !range.contains(value) { fail("\(key) is \(value) after \(range) increments") }
        }
    }

    private var sound: [SimulatedNode] { nodes.filter(\.isSound) }

    /// Whether all sound replicas have applied the same, to the end of their logs.
    private var isLevel: Bool {
        record.descriptors.allSatisfy { descriptor in
            let applied = sound.map { node in
                let applied = node.applier.state(of: descriptor.shard)?.applied.appliedIndex
                return applied == node.host.replica(of: descriptor.shard)?.group.lastIndex ? applied : nil
            }
            return applied.allSatisfy { $0 != nil && $0 == applied.first }
        }
    }

    private var levels: String {
        record.descriptors.map { descriptor in
            let places = sound.map { node in
                let applied = node.applier.state(of: descriptor.shard)?.applied.appliedIndex.rawValue ?? 0
                return "\(applied)/\(node.host.replica(of: descriptor.shard)?.group.lastIndex.rawValue ?? 0)"
            }
            return "shard \(descriptor.shard): \(places.joined(separator: " "))"
        }.joined(separator: ", ")
    }

    /// I23: equal index, equal state, byte by byte: data, descriptor and sessions.
    func compareReplicas(_ descriptor: Descriptor) {
        var first: (node: NodeID, rows: [[UInt8]])?
        for node in sound {
            storing(node) {
                var rows = try Self.rows(of: descriptor, in: node.engine)
                if let state = node.applier.state(of: descriptor.shard) {
                    rows.append(Array(state.sessions.encodeCheckpoint().readableBytesView))
                }
                if let first, first.rows != rows {
                    fail("shard \(descriptor.shard) differs on nodes \(first.node) and \(node.id)")
                }
                first = first ?? (node.id, rows)
            }
        }
    }

    private static func rows(of descriptor: Descriptor, in engine: MemoryEngine) throws(StorageError) -> [[UInt8]] {
        var rows: [[UInt8]] = []
        let snapshot = try engine.snapshot()
        try descriptor.range.start.bytes.withBytes { (start) throws(StorageError) in
            try descriptor.range.end.bytes.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: false) { key, value in
                    rows.append([UInt8](copying: key) + [0xFF] + [UInt8](copying: value))
                    return true
                }
            }
        }
        return rows
    }

    private func countProbes() {
        for node in nodes {
            probes.hit(.leaseRead, times: node.host.counters.leaseReads)
            probes.hit(.roundRead, times: node.host.counters.roundReads)
            probes.hit(.leadershipLost, times: node.host.counters.elections > 1 ? 1 : 0)
        }
    }
}
