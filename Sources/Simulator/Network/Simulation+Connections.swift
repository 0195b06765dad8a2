import Host
import NIOCore
import Raft

/// Connections come and go: each channel of each pair of nodes has its own.
extension Simulation {
    /// Nodes without a connection try again and again.
    func dialForever() {
        for a in nodes {
            for b in nodes where a.position < b.position {
                for channel in Link.Channel.allCases { dial(a, b, channel) }
            }
        }
        after(network.draw(5_000...30_000)) { [unowned self] in dialForever() }
    }

    private func dial(_ a: SimulatedNode, _ b: SimulatedNode, _ channel: Link.Channel) {
        guard a.isUp, b.isUp, !a.isPaused, !b.isPaused else { return }
        let (own, other) = (connection(a, b, channel), connection(b, a, channel))
        guard own != other || own == 0 else { return }
        guard !ways[a.position][b.position].isBlocked, !ways[b.position][a.position].isBlocked else { return }
        let number = nextConnection
        nextConnection += 1
        opened(number, channel, boot: a.host.boot, on: b, with: a)
        post(.opened(boot: b.host.boot, life: a.life), from: b, to: a, channel)
    }

    /// The connection to `peer` as `node` sees it; zero for none.
    func connection(_ node: SimulatedNode, _ peer: SimulatedNode, _ channel: Link.Channel) -> Int {
        node.links[peer.position][channel.rawValue].connection
    }

    func opened(
        _ number: Int, _ channel: Link.Channel, boot: UInt64, on node: SimulatedNode, with peer: SimulatedNode
    ) {
        if connection(node, peer, channel) != 0 { close(channel, on: node, with: peer, closedByPeer: false) }
        node.links[peer.position][channel.rawValue] = Link(connection: number)
        node.host.connected(peer.id, boot: boot, isControl: channel == .control, now: instant(node))
        if channel == .control, let frame = node.host.controlFrame(to: peer.id, now: instant(node)) {
            send(frame, from: node, to: peer)
        }
        scheduleTurn(node)
    }

    func close(_ channel: Link.Channel, on node: SimulatedNode, with peer: SimulatedNode, closedByPeer: Bool) {
        guard connection(node, peer, channel) != 0 else { return }
        node.links[peer.position][channel.rawValue] = Link()
        if channel == .control {
            node.host.disconnected(peer.id, closedByPeer: closedByPeer, now: instant(node))
            scheduleTurn(node)
        }
    }

    /// The streams of a process that ended reach their end, behind what it had sent.
    func sendCloses(from node: SimulatedNode) {
        for peer in nodes where peer !== node {
            for channel in Link.Channel.allCases { post(.closed, from: node, to: peer, channel) }
        }
    }

    /// Both sides lose the connection, at different moments, and take it for closed by the other one.
    func reset(_ a: SimulatedNode, _ b: SimulatedNode) {
        for channel in Link.Channel.allCases where network.happens(percent: 70) {
            for (node, peer) in [(a, b), (b, a)] {
                let old = connection(node, peer, channel)
                after(network.draw(0...3_000), on: node) { [unowned self] in
                    guard connection(node, peer, channel) == old else { return }
                    close(channel, on: node, with: peer, closedByPeer: true)
                }
            }
        }
    }
}
