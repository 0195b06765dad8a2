import NIOCore
import Raft
import Wire

extension PeerLinks {
    func index(of node: NodeID) -> Int? { peers.firstIndex { $0.node == node } }

    /// The place of `node`, made if it is new.
    func ensure(_ node: NodeID) -> Int {
        let place = peers.firstIndex { $0.node >= node } ?? peers.count
        if place == peers.count || peers[place].node != node {
            peers.insert(Peer(node: node, address: nil), at: place)
        }
        return place
    }

    /// Forgets `node` and closes its connections.
    func drop(_ node: NodeID) {
        guard let index = index(of: node) else { return }
        let peer = peers.remove(at: index)
        peer.control.connection?.close()
        peer.bulk.connection?.close()
    }

    func install(_ connection: FramedConnection, _ peer: NodeID, _ channel: PeerChannel) {
        let old = peers[ensure(peer)][channel].connection
        if let old, old !== connection { old.close(reason: .replaced) }
        let index = ensure(peer)
        connection.owner = self
        connection.attachment = Attachment(node: peer, channel: channel)
        peers[index][channel].connection = connection
        peers[index][channel].backoff.reset()
        delegate?.peerConnected(peer, channel: channel, identity: connection.peer)
    }

    func dialIfNeeded(_ peer: NodeID, _ channel: PeerChannel) {
        guard !isClosed, peer < node, let index = index(of: peer), let address = peers[index].address else { return }
        guard peers[index][channel].connection == nil, !peers[index][channel].isDialling else { return }
        peers[index][channel].isDialling = true
        var hello = hello
        hello.role = channel.role
        Dialer.connect(to: address, hello: hello, on: loop, owner: self, meter: meter, limits: limits)
            .assumeIsolated()
            .whenComplete { self.dialled(peer, channel, $0) }
    }

    private func dialled(_ peer: NodeID, _ channel: PeerChannel, _ result: Result<FramedConnection, any Error>) {
        guard !isClosed, let index = index(of: peer) else {
            if case .success(let connection) = result { connection.close() }
            return
        }
        switch result {
        case .success(let connection) where connection.isOpen && connection.peer.node == peer:
            peers[index][channel].isDialling = false
            install(connection, peer, channel)
        case .success(let connection):
            // Someone else lives at that address now; the right address will be heard of.
            connection.close()
            redialLater(peer, channel)
        case .failure:
            redialLater(peer, channel)
        }
    }

    /// Keeps `isDialling` until the pause is over, so that nobody else dials meanwhile.
    func redialLater(_ peer: NodeID, _ channel: PeerChannel) {
        guard let index = index(of: peer) else { return }
        peers[index][channel].isDialling = true
        let pause = peers[index][channel].backoff.next(using: &generator)
        loop.scheduleTask(in: .nanoseconds(pause.nanoseconds)) {
            guard let index = self.index(of: peer) else { return }
            self.peers[index][channel].isDialling = false
            self.dialIfNeeded(peer, channel)
        }
    }
}
