import Host
import Keyspace
import NIOCore
import Raft
import Wire

/// Somebody who changes the members of shards with the request that placement and the administrator use: step by step,
/// one change of a shard at a time, each seen to its end or taken back.
extension Simulation {
    /// A request for a change on its way.
    struct ChangeRequest {
        let shard: ShardID
        /// What follows, once, whatever became of it.
        let then: (ClientResponse.Body?) -> Void
    }

    /// Begins a story of changes of one shard, the system shard included.
    func changeMembers(strikes: Bool) {
        guard let shard = faultChance.pick(allShards)?.shard else { return }
        changeMembers(of: shard, strikes: strikes)
    }

    func changeMembers(of shard: ShardID, strikes: Bool) {
        // Two at a time are refused, but have to be tried as well.
        guard !changing.contains(shard) || faultChance.happens(percent: 10) else { return }
        changing.insert(shard)
        change(shard, steps: faultChance.draw(2...8), patience: 40, strikes: strikes)
    }

    private func change(_ shard: ShardID, steps: Int, patience: Int, strikes: Bool) {
        guard isFaulty, steps > 0, patience > 0 else {
            changing.remove(shard)
            return
        }
        let again = { [unowned self] (steps: Int) in
            after(faultChance.draw(faultChance.happens(percent: 50) ? 0...30_000 : 30_000...400_000)) {
                [unowned self] in
                change(shard, steps: steps, patience: patience - 1, strikes: strikes)
            }
        }
        guard let (node, descriptor, leader) = leading(shard) else { return again(steps) }
        let changes = MemberChanges(nodes: nodes.map(\.id), goal: mix.replicas)
        // What is not caught up in time is taken back.
        let next =
            patience < 10 && !descriptor.configuration.isJoint && !descriptor.configuration.learners.isEmpty
            ? changes.rollBack(descriptor.configuration, &faultChance)
            : changes.draw(after: descriptor.configuration, leader: leader, &faultChance)
        guard let next else { return again(steps) }
        let isStray = faultChance.happens(percent: 5)
        let target = isStray ? faultChance.pick(nodes) ?? node : node
        ask(next, of: descriptor, target) { [unowned self] body in
            if case .descriptor = body { return again(steps - 1) }
            if body != nil { probes.hit(.changeRefused) }
            again(steps)
        }
        if strikes { strike(shard, node, next, descriptor) }
    }

    /// The leader, what it has applied, and its replica.
    private func leading(_ shard: ShardID) -> (SimulatedNode, Descriptor, ReplicaID)? {
        guard let node = leader(of: shard), let replica = node.host.replica(of: shard) else { return nil }
        return (node, replica.descriptor, replica.group.member.replica)
    }

    /// Replaces one replica of a shard by a new one: on a node that has none, or on the same node.
    func moveReplica(of shard: ShardID) {
        guard isFaulty else { return }
        let again = { [unowned self] in after(2_000) { [unowned self] in moveReplica(of: shard) } }
        guard let (node, descriptor, leader) = leading(shard), !descriptor.configuration.isJoint else { return again() }
        guard let next = nextOfMove(descriptor, leader: leader) else { return }
        ask(next, of: descriptor, node) { _ in again() }
    }

    /// Nil when the move is done.
    private func nextOfMove(_ descriptor: Descriptor, leader: ReplicaID) -> ReplicaChange? {
        let configuration = descriptor.configuration
        let old = configuration.voters.first { $0.replica != leader && $0.replica.rawValue <= UInt64(nodes.count) }
        let isFull = configuration.voters.count >= mix.replicas
        if let learner = configuration.learners.first {
            return ReplicaChange(promote: [learner.replica], remove: isFull ? old.map { [$0.replica] } ?? [] : [])
        }
        if configuration.voters.contains(where: { $0.replica.rawValue > UInt64(nodes.count) }), isFull { return nil }
        let absent = nodes.first { node in !configuration.members.contains { $0.node == node.id } }
        if let absent { return ReplicaChange(addLearners: [absent.id]) }
        return old.map { ReplicaChange(remove: [$0.replica]) }
    }

    private func ask(
        _ change: ReplicaChange, of descriptor: Descriptor, _ node: SimulatedNode,
        then: @escaping (ClientResponse.Body?) -> Void
    ) {
        let id = nextRequest
        nextRequest += 1
        waiting[id] = .change(ChangeRequest(shard: descriptor.shard, then: then))
        let request = ReplicaRequest(shard: descriptor.shard, epoch: descriptor.epoch, change: change)
        var bytes = ByteBuffer()
        ClientRequest(id: id, timeoutMilliseconds: 5_000, body: .replicas(request)).encode(into: &bytes)
        trace.note(.request, now, bytes)
        after(clientChance.draw(mix.latency)) { [unowned self] in arrive(bytes, id, node) }
        after(faultChance.draw(500_000...3_000_000)) { [unowned self] in
            guard case .change(let request) = waiting.removeValue(forKey: id) else { return }
            request.then(nil)
        }
    }

    func received(_ body: ClientResponse.Body, _ request: ChangeRequest) {
        switch body {
        case .descriptor(let descriptor):
            probes.hit(.changeAccepted)
            guard let newest = checker.members.newest(of: request.shard), !descriptor.configuration.isJoint else {
                return fail("shard \(request.shard): the answer to a change is \(descriptor)")
            }
            if descriptor.epoch.config > checker.members.inForce(at: newest.index, of: request.shard)?.number ?? 0 {
                fail("shard \(request.shard): the answer to a change tells of \(descriptor), which is not committed")
            }
        case .failure: break
        default: fail("the answer to a change is \(body)")
        }
        request.then(body)
    }

    /// Whether a change may be handed to a host now. Nobody takes replicas away from a shard while one of its disks is
    /// known to have lost something, or while too many of those that remain wait for their beginning: that would lose
    /// its quorum, which no system survives. Nor while a drawn quorum has to do alone.
    func mayChange(_ request: ReplicaRequest) -> Bool {
        guard !isQuorumPhase, !checker.members.hasLostMember(request.shard) else { return false }
        guard let newest = checker.members.newest(of: request.shard)?.configuration else { return true }
        let change = request.change
        let voters =
            newest.voters.filter { !change.remove.contains($0.replica) && !change.demote.contains($0.replica) }
            + newest.learners.filter { change.promote.contains($0.replica) }
        return 2 * voters.count(where: { hasReplica($0, of: request.shard) }) > voters.count
    }

    // MARK: Strikes

    /// Soon after a change was asked for, the leader or somebody who comes or goes is hit.
    private func strike(_ shard: ShardID, _ leader: SimulatedNode, _ change: ReplicaChange, _ descriptor: Descriptor) {
        let parts = change.promote + change.demote + change.remove
        let members = descriptor.configuration.members.filter { parts.contains($0.replica) }
        let touched = members.compactMap { node($0.node) }
        let pause = faultChance.draw(faultChance.happens(percent: 70) ? 0...6_000 : 6_000...300_000)
        after(pause + mix.latency.upperBound) { [unowned self] in
            guard isFaulty else { return }
            let victim = faultChance.happens(percent: 60) ? self.leader(of: shard) ?? leader : faultChance.pick(touched)
            guard let victim else { return }
            let length = faultChance.draw(20_000...1_500_000)
            switch faultChance.draw(1...5) {
            case 1, 2: crash(victim, drawCrash(), down: length)
            case 3: cutOff(victim, length)
            case 4: halve(victim, touched, length)
            default:
                guard victim.isUp, !victim.isPaused else { return }
                probes.hit(.leadershipMoved)
                _ = victim.host.handOver(now: instant(victim))
                scheduleTurn(victim)
            }
            if let position = userShards.firstIndex(where: { $0.shard == shard }) { probe(position, 150_000) }
        }
    }

    func cutOff(_ node: SimulatedNode, _ length: Int) {
        separate([node], from: nodes.filter { $0 !== node }, length)
    }

    /// The victim and those who take part in the change on one side, the others on the other.
    private func halve(_ victim: SimulatedNode, _ touched: [SimulatedNode], _ length: Int) {
        let side = nodes.filter { node in node === victim || touched.contains { $0 === node } }
        separate(side, from: nodes.filter { node in !side.contains { $0 === node } }, length)
    }

    private func separate(_ side: [SimulatedNode], from others: [SimulatedNode], _ length: Int) {
        let pairs = side.flatMap { a in others.flatMap { [(a, $0), ($0, a)] } }
        for (a, b) in pairs { block(true, from: a, to: b) }
        after(length) { [unowned self] in
            guard !isQuorumPhase else { return }
            for (a, b) in pairs { block(false, from: a, to: b) }
        }
    }
}
