import Host
import Keyspace
import Raft
import Storage
import Wire

/// What happens to the network.
extension Simulation {
    func disturbNetwork(_ kind: FaultKind, _ node: SimulatedNode, _ length: Int) {
        let others = nodes.filter { $0 !== node }
        guard let other = faultChance.pick(others) else { return }
        switch kind {
        case .oneWay: cut([(node, other)], length)
        case .cut: cut([(node, other), (other, node)], length)
        case .isolate: cut(others.flatMap { [(node, $0), ($0, node)] }, length)
        case .ring: ring(length)
        case .deposeLeader: deposeLeader(length)
        case .reset: reset(node, other)
        case .delay: last(length, \.isDelaying)
        case .corrupt: last(length, \.isCorrupting)
        case .tear: last(length, \.isTearing)
        case .clientLoss: last(length, \.isLosingRequests)
        default: break
        }
    }

    private func last(_ length: Int, _ disturbance: ReferenceWritableKeyPath<Simulation, Bool>) {
        self[keyPath: disturbance] = true
        after(length) { [unowned self] in self[keyPath: disturbance] = false }
    }

    private func cut(_ pairs: [(SimulatedNode, SimulatedNode)], _ length: Int) {
        for (a, b) in pairs { block(true, from: a, to: b) }
        after(length) { [unowned self] in
            for (a, b) in pairs where !isQuorumPhase || ways[a.position][b.position].isBlocked {
                block(false, from: a, to: b)
            }
        }
    }

    /// Each node speaks with its neighbours on a circle: of five, every one sees a majority, each a different one.
    private func ring(_ length: Int) {
        var pairs: [(SimulatedNode, SimulatedNode)] = []
        for a in nodes {
            for b in nodes where a !== b {
                let distance = (b.position - a.position + nodes.count) % nodes.count
                if distance != 1, distance != nodes.count - 1 { pairs.append((a, b)) }
            }
        }
        if pairs.isEmpty { pairs = [(nodes[0], nodes[1]), (nodes[1], nodes[0])] }
        cut(pairs, length)
    }

    /// A firewall takes one node's part: the others see their connections to a leader closed and soon elect another,
    /// while the old one hears nothing, and the clients still reach it. Only its lease keeps it from stale answers.
    private func deposeLeader(_ length: Int) {
        let shard = record.descriptors[faultChance.draw(0...(record.descriptors.count - 1))].shard
        guard let node = leader(of: shard) else { return }
        let peers = nodes.filter { $0 !== node }
        cut(peers.flatMap { [(node, $0), ($0, node)] }, length)
        for peer in peers {
            // Not always at once: then one follower's promise may end before the other's.
            after(faultChance.draw(0...1) * faultChance.draw(0...150_000), on: peer) { [unowned self] in
                for channel in Link.Channel.allCases { close(channel, on: peer, with: node, closedByPeer: true) }
            }
        }
        guard let victim = peers.first, faultChance.happens(percent: 40) else { return }
        after(faultChance.draw(0...200_000)) { [unowned self] in
            guard isFaulty else { return }
            crash(victim, .processDies, down: faultChance.draw(1_000...40_000))
        }
    }

    /// The node that leads the shard in the greatest term, if it is up.
    func leader(of shard: ShardID) -> SimulatedNode? {
        nodes.filter { $0.isUp && !$0.isPaused && $0.host.replica(of: shard)?.group.role == .leader }
            .max { (term(of: shard, on: $0), $0.position) < (term(of: shard, on: $1), $1.position) }
    }

    private func term(of shard: ShardID, on node: SimulatedNode) -> Term {
        node.host.term(of: shard) ?? .zero
    }
}
