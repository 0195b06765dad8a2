import Host
import Keyspace
import Raft
import Storage

/// What happens to leaders, and is watched by clients that stay with the old one.
extension Simulation {
    func disturbLeader(_ kind: FaultKind) {
        let shard = faultChance.draw(0...(userShards.count - 1))
        switch kind {
        case .deposeLeader: deposeLeader(shard)
        case .handOverCut: handOverAndCut(shard)
        case .leaderChurn: churn(shard, after: .zero, rounds: faultChance.draw(3...10))
        default: break
        }
    }

    private func stayLength() -> Int { faultChance.draw(200_000...700_000) }

    /// A firewall takes one node's part: the others see their connections to a leader closed and soon elect another,
    /// while the old one hears nothing, and the clients still reach it. Only its lease keeps it from stale answers.
    ///
    /// The peers are not cut off at once: then one's promise ends before the other's. In some cases what they say is
    /// held up first, and reaches the old leader when it is over.
    private func deposeLeader(_ shard: Int) {
        guard let node = leader(of: userShards[shard].shard) else { return }
        let length = stayLength()
        let latest = faultChance.happens(percent: 70) ? 260_000 : 0
        let holdsAnswers = faultChance.happens(percent: 30)
        if holdsAnswers {
            node.host.dropLeases(now: instant(node))
            for peer in nodes where peer !== node { block(true, from: peer, to: node) }
        }
        for peer in nodes where peer !== node {
            let start = faultChance.draw(holdsAnswers ? 1_000...40_000 : 0...latest)
            after(start) { [unowned self] in part(peer, from: node) }
            let end = length + faultChance.draw(0...50_000)
            after(end) { [unowned self] in
                guard !isQuorumPhase else { return }
                block(false, from: peer, to: node)
                block(false, from: node, to: peer)
            }
        }
        probe(shard, length + 60_000, sparing: node)
        restartOne(of: nodes.filter { $0 !== node })
    }

    /// Nothing passes between the two any more, and `peer` takes the other one for gone.
    private func part(_ peer: SimulatedNode, from node: SimulatedNode) {
        guard isFaulty else { return }
        block(true, from: node, to: peer)
        block(true, from: peer, to: node)
        guard peer.isUp, !peer.isPaused else { return }
        for channel in Link.Channel.allCases { close(channel, on: peer, with: node, closedByPeer: true) }
    }

    /// A process that starts again at once has forgotten what it promised.
    private func restartOne(of peers: [SimulatedNode]) {
        guard let victim = faultChance.pick(peers), faultChance.happens(percent: 40) else { return }
        after(faultChance.draw(0...260_000)) { [unowned self] in
            guard isFaulty else { return }
            crash(victim, .processDies, down: faultChance.draw(500...30_000))
        }
    }

    /// A leader hands over and is cut off before it hears of its successor.
    private func handOverAndCut(_ shard: Int) {
        guard let node = leader(of: userShards[shard].shard) else { return }
        probes.hit(.leadershipMoved)
        _ = node.host.handOver(now: instant(node))
        scheduleTurn(node)
        let length = stayLength()
        for peer in nodes where peer !== node {
            after(faultChance.draw(50...(1_000 + 3 * mix.latency.upperBound))) { [unowned self] in
                guard isFaulty else { return }
                block(true, from: peer, to: node)
                block(true, from: node, to: peer)
            }
            after(length) { [unowned self] in
                guard !isQuorumPhase else { return }
                block(false, from: peer, to: node)
                block(false, from: node, to: peer)
            }
        }
        probe(shard, length, sparing: node)
    }

    /// Leaders come and go before they have told the others what they have (paper, figure 8): whoever leads next is cut
    /// off or dies within a few milliseconds, with entries that nobody else has, and comes back later.
    private func churn(_ shard: Int, after known: Term, rounds: Int) {
        guard rounds > 0, isFaulty else { return }
        awaitLeader(of: userShards[shard].shard, after: known, patience: 6_000) { [unowned self] node, term in
            probe(shard, 250_000)
            after(faultChance.draw(0...1) * faultChance.draw(0...3_000)) { [unowned self] in
                guard isFaulty else { return }
                strike(node)
                churn(shard, after: term, rounds: rounds - 1)
            }
        }
    }

    private func strike(_ node: SimulatedNode) {
        guard faultChance.happens(percent: 60) else {
            return crash(node, drawCrash(), down: faultChance.draw(20_000...500_000))
        }
        let length = faultChance.draw(150_000...900_000)
        for peer in nodes where peer !== node { part(peer, from: node) }
        after(length) { [unowned self] in
            guard !isQuorumPhase else { return }
            for peer in nodes where peer !== node {
                block(false, from: peer, to: node)
                block(false, from: node, to: peer)
            }
        }
    }

    /// Looks four times a millisecond for somebody who leads in a later term, so many times.
    private func awaitLeader(
        of shard: ShardID, after known: Term, patience: Int, _ action: @escaping (SimulatedNode, Term) -> Void
    ) {
        guard isFaulty, patience > 0 else { return }
        if let (node, term) = leadership(of: shard), term > known { return action(node, term) }
        after(250) { [unowned self] in
            awaitLeader(of: shard, after: known, patience: patience - 1, action)
        }
    }

    /// The node that leads the shard in the greatest term, if it is up.
    func leader(of shard: ShardID) -> SimulatedNode? { leadership(of: shard)?.node }

    private func leadership(of shard: ShardID) -> (node: SimulatedNode, term: Term)? {
        var best: (node: SimulatedNode, term: Term)?
        for node in nodes where node.isUp && !node.isPaused {
            let term = node.asking { host -> Term? in
                guard let position = host.position(of: shard), host.replicas[position].group.role == .leader else {
                    return nil
                }
                return host.replicas[position].group.term
            }
            if let term, term > best?.term ?? .zero { best = (node, term) }
        }
        return best
    }
}
