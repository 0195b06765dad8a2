import Host
import Keyspace
import Raft
import Storage

/// What goes wrong, and its end.
extension HostCluster {
    /// Lets drawn faults happen every now and then while the cluster is busy.
    func startFaults() {
        let drifting = nodes[random.draw(0...(nodes.count - 1))]
        after(random.draw(50_000...300_000)) { [self] in fault(drifting) }
    }

    private func fault(_ drifting: ClusterNode) {
        guard isBusy else { return }
        let node = nodes[random.draw(0...(nodes.count - 1))]
        let other = nodes[(node.position + random.draw(1...(nodes.count - 1))) % nodes.count]
        let length = random.draw(20_000...(random.chance(25) ? 1_200_000 : 250_000))
        switch random.draw(1...15) {
        case 1: crash(node, .processDies, down: length)
        case 2: crash(node, .unsyncedLost, down: length)
        case 3: crash(node, .unsyncedTailLost(seed: random.next()), down: length)
        case 4, 5: freeze(node, length)
        case 6: cut([(node, other)], length)
        case 7: cut([(node, other), (other, node)], length)
        case 8: cut(nodes.filter { $0 !== node }.flatMap { [(node, $0), ($0, node)] }, length)
        case 9: reset(node, other)
        case 10: drifting.clock.setDrift(Int64(random.draw(-9_000...9_000)), at: now)
        case 11: slowDisk(node, length)
        case 12...14: loseLeader(length)
        default:
            after(0, on: node) { [self] in
                _ = node.host.handOver(now: instant(node))
                scheduleTurn(node)
            }
        }
        after(random.draw(20_000...200_000)) { [self] in fault(drifting) }
    }

    private func crash(_ node: ClusterNode, _ mode: CrashMode, down: Int) {
        guard node.isUp else { return }
        kill(node, mode, closesConnections: random.chance(70))
        let life = node.life
        after(down) { [self] in
            if node.life == life, !node.isUp { boot(node) }
        }
    }

    private func freeze(_ node: ClusterNode, _ length: Int) {
        pause(node)
        let life = node.life
        after(length) { [self] in
            if node.life == life { resume(node) }
        }
    }

    private func cut(_ pairs: [(ClusterNode, ClusterNode)], _ length: Int) {
        for (a, b) in pairs { block(true, from: a, to: b) }
        after(length) { [self] in
            for (a, b) in pairs { block(false, from: a, to: b) }
        }
    }

    /// A firewall takes one node's part: the others see their connections to a leader closed and soon elect another,
    /// while the old one hears nothing, and the clients still reach it. Only its lease keeps it from stale answers.
    private func loseLeader(_ length: Int) {
        let shard = descriptors[random.draw(0...(descriptors.count - 1))].shard
        guard let node = leader(of: shard) else { return }
        let peers = nodes.filter { $0 !== node }
        cut(peers.flatMap { [(node, $0), ($0, node)] }, length)
        for peer in peers {
            // Not always at once: then one follower's promise may end before the other's.
            after(random.draw(0...1) * random.draw(0...150_000), on: peer) { [self] in
                close(on: peer, with: node, closedByPeer: true)
            }
        }
        guard random.chance(40) else { return }
        after(random.draw(0...200_000)) { [self] in crash(peers[0], .processDies, down: random.draw(1_000...40_000)) }
    }

    private func slowDisk(_ node: ClusterNode, _ length: Int) {
        node.diskSlowness = Int64(random.draw(2...200))
        after(length) { node.diskSlowness = 1 }
    }

    /// Ends every fault.
    func heal() {
        isBusy = false
        for node in nodes {
            node.diskSlowness = 1
            if !node.isUp { boot(node) }
            resume(node)
            for peer in nodes where peer !== node { block(false, from: node, to: peer) }
        }
    }
}
