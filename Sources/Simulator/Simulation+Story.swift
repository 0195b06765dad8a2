import Host
import Keyspace
import NIOCore
import Raft
import Routing
import Storage
import Wire

/// The phases of a simulation.
extension Simulation {
    func runStory() {
        form()
        addClients()
        isBusy = true
        startFaults()
        scheduleEvents()
        scheduleSplits()
        scheduleEventfulSplit()
        scheduleAdministrators()
        scheduleMerges()
        scheduleEventfulMerge()
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
                try putWitnesses(node)
                try node.engine.sync()
                node.engine.syncMark()
            }
            boot(node)
        }
        dialForever()
    }

    /// Every 100 virtual milliseconds all replicas are looked at, whether they did something or not; every second they
    /// are compared with each other.
    private func watch(round: Int = 0) {
        for node in nodes where node.isUp { checker.lookAtAll(node, self) }
        if round.isMultiple(of: 10) {
            checker.compareLogs(self)
            for descriptor in allShards { compareReplicas(descriptor) }
        }
        after(100_000) { [unowned self] in watch(round: round + 1) }
    }

    /// Liveness: a quorum that is healed must serve, whatever the others do (or do not do) for ever.
    private func serveWithQuorum() {
        guard failure == nil else { return }
        let quorum = drawQuorum()
        let left = nodes.filter { node in !quorum.contains { $0 === node } }
        if !left.isEmpty { probes.hit(.quorumOnly) }
        isQuorumPhase = true
        leave(left)
        heal(except: left)
        isBusy = false
        run(milliseconds: 20_000) { clients.allSatisfy { $0.operation == nil } }
        // Who led until just now and has a full disk says so, which nobody asks twice.
        if left.contains(where: \.isDiskFull) { run(milliseconds: 3_000) }
        serveEverywhere("with a quorum of nodes \(quorum.map { "\($0.id)" }.sorted().joined(separator: ", "))")
    }

    /// Those that are not part of the quorum are down, stopped, or cut off.
    private func leave(_ left: [SimulatedNode]) {
        for node in left {
            switch faultChance.draw(1...3) {
            case 1: if node.isUp { kill(node, closesConnections: faultChance.happens(percent: 50)) }
            case 2: pause(node)
            default:
                // Clients reach it until its leaderships end: a full disk would be a good reason to refuse them.
                node.host.admission = .open
                node.isDiskFull = false
                for peer in nodes where peer !== node {
                    block(true, from: node, to: peer)
                    block(true, from: peer, to: node)
                }
            }
        }
    }

    /// A read and a write through every shard must succeed within ten virtual seconds each.
    private func serveEverywhere(_ circumstance: String) {
        guard let client = clients.first else { return }
        for shard in 0..<options.shards {
            let key = Workload.key(shard, Workload.registers.lowerBound)
            // First a read: a new leader that is not written to must come to serve it by itself.
            for operation in [ClientOperation.get([key]), .put(key, client.nextValue())] {
                guard failure == nil else { return }
                begin(operation, client, seconds: 10)
                run(milliseconds: 11_000) { client.operation == nil }
                if case .succeeded = client.lastOutcome { continue }
                if isTimeTainted, isOutOfTime(client) { continue }
                let owner = ranges.map.lookup(key)?.shard ?? userShards[shard].shard
                let places = describe(owner)
                let route = client.router.descriptors.first { $0.range.contains(key) }
                fail(
                    "shard \(owner) does not serve \(operation) \(circumstance): \(client.lastOutcome); "
                        + "the client knows \(route.map { "\($0)" } ?? "nothing"), the row is "
                        + "\(rows[owner].map { "\($0)" } ?? "not there"); \(places)")
            }
        }
    }

    /// A node that was alone with its wrong clock has led a shard. For those who go by the others' clocks every session
    /// is over there; and who has heard its time is ahead of all others.
    private func isOutOfTime(_ client: SimulatedClient) -> Bool {
        switch client.lastOutcome {
        case .failed(.refused(.sessionExpired)): true
        case .failed(.refused(.invalidRequest)): client.time.milliseconds(at: trueInstant) > trueMilliseconds + 60_000
        default: false
        }
    }

    /// What every node makes of a shard, for people.
    func describe(_ shard: ShardID) -> String {
        nodes.map { node in
            guard node.isUp else { return "node \(node.id) down" }
            guard let replica = node.host.replica(of: shard) else { return "node \(node.id) without a replica" }
            let group = replica.group
            let links = nodes.filter { $0 !== node && connection(node, $0, .control) != 0 }
            let state = node.isPaused ? "stopped" : "\(group.role)"
            let sync = node.logBusySince.map { "syncing for \((instant(node) - $0).milliseconds) ms, " } ?? ""
            let leader = group.leader.map { "\($0.node)" } ?? "-"
            let progress = group.progress.map { "\($0.member.node): \($0.match) \($0.state)" }
            let voice = group.configuration.isVoter(group.member.replica) ? "voter" : "listener"
            return "node \(node.id) \(state) \(voice) \(group.member.replica) \(sync)term \(group.term) "
                + "leader \(leader) last \(group.lastIndex) of \(group.lastTerm), commit \(group.commitIndex), "
                + "applied \(group.appliedIndex), " + (group.barrier.map { "waits before \($0), " } ?? "")
                + (progress.isEmpty ? "" : "followers \(progress.joined(separator: ", ")), ")
                + (group.leader == nil || group.role == .leader ? "\(group.configuration), " : "")
                + "linked to \(links.map { "\($0.id)" }.joined(separator: " "))"
        }.joined(separator: "; ")
    }

    /// All that can be healed is: the replicas must come to the same end, and every counter to its count.
    private func converge() {
        guard failure == nil else { return }
        isQuorumPhase = false
        heal()
        serveEverywhere("with every sound node healed")
        readCounters()
        // Those that lost something take the whole way: removed, destroyed, a learner, a snapshot, a voter.
        run(milliseconds: 60_000) { disorder == nil }
        guard failure == nil else { return }
        settlePlacement()
        guard failure == nil else { return }
        if let disorder {
            let places = allShards.map { "shard \($0.shard): \(describe($0.shard))" }
            return fail("the cluster does not come in order: \(disorder); \(places.joined(separator: "; "))")
        }
        checkAtLast()
        guard failure == nil else { return }
        for descriptor in allShards {
            compareReplicas(descriptor, atRest: true)
            checkNothingIsLeft(of: descriptor)
        }
        checkNothingIsLeftOfAbsorbed()
        checkTiling()
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

    private func countProbes() {
        for node in nodes {
            probes.hit(.leaseRead, times: node.host.counters.leaseReads)
            probes.hit(.roundRead, times: node.host.counters.roundReads)
            probes.hit(.leadershipLost, times: node.host.counters.elections > 1 ? 1 : 0)
        }
    }
}
