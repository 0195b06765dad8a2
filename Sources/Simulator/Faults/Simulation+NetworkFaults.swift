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
            guard !isQuorumPhase else { return }
            for (a, b) in pairs { block(false, from: a, to: b) }
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
}
