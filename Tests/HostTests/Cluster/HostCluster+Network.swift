import Host
import NIOCore
import Raft
import Wire

/// One direction between two nodes: each channel delivers in order. What meets a blocked way waits there, as the
/// peer's kernel would send it again, and arrives late or is lost with its connection.
struct NetworkWay {
    enum Channel: Int {
        case control
        case bulk
    }

    enum Parcel {
        case frame(ByteBuffer)
        /// The other side's hello: the connection is up, and spoken by this process.
        case opened(boot: UInt64)
        /// The end of the stream.
        case closed
    }

    var isBlocked = false
    var stalled: [(connection: Int, parcel: Parcel)] = []
    /// When the last parcel of each channel arrives.
    var busyUntil: [Int64] = [0, 0]
}

extension HostCluster {
    func send(_ messages: [PeerEnvelope], from node: ClusterNode) {
        var batches: [(peer: ClusterNode, channel: NetworkWay.Channel, builder: RaftFrameBuilder)] = []
        for envelope in messages {
            let peer = nodes[Int(envelope.to.node.rawValue) - 1]
            let channel = Self.channel(of: envelope.message)
            if let position = batches.firstIndex(where: { $0.peer === peer && $0.channel == channel }) {
                batches[position].builder.append(envelope)
            } else {
                var builder = RaftFrameBuilder()
                builder.append(envelope)
                batches.append((peer, channel, builder))
            }
        }
        for (peer, channel, var builder) in batches {
            framesSent.raft += 1
            post(.frame(builder.finish()), from: node, to: peer, channel)
        }
    }

    private static func channel(of message: Message<EncodedEntry>) -> NetworkWay.Channel {
        switch message {
        case .append, .appendReply: .bulk
        case .voteRequest, .voteReply, .heartbeat, .heartbeatReply, .timeoutNow: .control
        }
    }

    func send(_ frame: ControlFrame, from node: ClusterNode, to peer: ClusterNode) {
        framesSent.control += 1
        var buffer = ByteBuffer()
        frame.encode(into: &buffer)
        post(.frame(buffer), from: node, to: peer, .control)
    }

    func post(
        _ parcel: NetworkWay.Parcel, from node: ClusterNode, to peer: ClusterNode, _ channel: NetworkWay.Channel
    ) {
        let connection = node.connections[peer.position]
        guard connection != 0 else { return }
        let soonest = now + Int64(random.draw(latency)) * 1_000
        let time = max(soonest, ways[node.position][peer.position].busyUntil[channel.rawValue] + 1)
        ways[node.position][peer.position].busyUntil[channel.rawValue] = time
        queue.add(at: time) { [self] in arrive(parcel, connection, from: node, to: peer) }
    }

    private func arrive(
        _ parcel: NetworkWay.Parcel, _ connection: Int, from node: ClusterNode, to peer: ClusterNode
    ) {
        let way = ways[node.position][peer.position]
        if way.isBlocked || !way.stalled.isEmpty {
            ways[node.position][peer.position].stalled.append((connection, parcel))
        } else {
            perform(on: peer, life: peer.life) { [self] in deliver(parcel, connection, from: node, to: peer) }
        }
    }

    private func deliver(
        _ parcel: NetworkWay.Parcel, _ connection: Int, from node: ClusterNode, to peer: ClusterNode
    ) {
        if case .opened(let boot) = parcel {
            guard connection > peer.connections[node.position] else { return }
            return opened(connection, boot: boot, on: peer, with: node)
        }
        guard peer.connections[node.position] == connection else { return }
        switch parcel {
        case .opened: break
        case .closed: close(on: peer, with: node, closedByPeer: true)
        case .frame(var bytes):
            do throws(WireError) {
                let frame = try FrameParser.nextFrame(
                    from: &bytes, flavor: .peer, limit: FrameFlavor.peer.lengthMax)
                if let frame { try received(frame, from: node, on: peer) }
            } catch {
                history.fail("node \(peer.id) cannot read a frame: \(error)")
            }
        }
    }

    private func received(_ frame: Frame, from node: ClusterNode, on peer: ClusterNode) throws(WireError) {
        if frame.kind == FrameKind.raft {
            for envelope in try RaftFrame.decode(frame) {
                peer.host.receive(envelope, from: node.id, now: instant(peer))
            }
            scheduleTurn(peer)
        } else if frame.kind == FrameKind.snapshot {
            peer.host.receive(try SnapshotEnvelope.decode(frame), from: node.id, now: instant(peer))
            scheduleTurn(peer)
        } else if frame.kind == FrameKind.notice {
            peer.host.receive(try ReplicaNotice.decode(frame), from: node.id, now: instant(peer))
            scheduleTurn(peer)
        } else {
            peer.host.receive(try ControlFrame.decode(frame), from: node.id, now: instant(peer))
            if peer.host.hasWork { scheduleTurn(peer) }
        }
    }

    // MARK: Connections

    private func opened(_ connection: Int, boot: UInt64, on node: ClusterNode, with peer: ClusterNode) {
        if node.connections[peer.position] != 0 { close(on: node, with: peer, closedByPeer: false) }
        node.connections[peer.position] = connection
        let controlIsFirst = random.chance(50)
        for isControl in [controlIsFirst, !controlIsFirst] {
            node.host.connected(peer.id, boot: boot, isControl: isControl, now: instant(node))
        }
        if let frame = node.host.controlFrame(to: peer.id, now: instant(node)) { send(frame, from: node, to: peer) }
        scheduleTurn(node)
    }

    func close(on node: ClusterNode, with peer: ClusterNode, closedByPeer: Bool) {
        guard node.connections[peer.position] != 0 else { return }
        node.connections[peer.position] = 0
        node.host.disconnected(peer.id, closedByPeer: closedByPeer, now: instant(node))
        scheduleTurn(node)
    }

    /// The streams of a process that ended reach their end, behind what it had sent.
    func sendCloses(from node: ClusterNode) {
        for peer in nodes where peer !== node {
            post(.closed, from: node, to: peer, .control)
        }
    }

    /// Both sides lose the connection, at different moments, and take it for closed by the other one.
    func reset(_ a: ClusterNode, _ b: ClusterNode) {
        for (node, peer) in [(a, b), (b, a)] {
            let connection = node.connections[peer.position]
            after(random.draw(0...3_000), on: node) { [self] in
                guard node.connections[peer.position] == connection else { return }
                close(on: node, with: peer, closedByPeer: true)
            }
        }
    }

    /// Nodes without a connection try again and again.
    func dialForever() {
        for a in nodes {
            for b in nodes where a.position < b.position { dial(a, b) }
        }
        after(random.draw(5_000...30_000)) { [self] in dialForever() }
    }

    private func dial(_ a: ClusterNode, _ b: ClusterNode) {
        guard a.isUp, b.isUp, !a.isPaused, !b.isPaused else { return }
        guard a.connections[b.position] != b.connections[a.position] || a.connections[b.position] == 0 else { return }
        guard !ways[a.position][b.position].isBlocked, !ways[b.position][a.position].isBlocked else { return }
        let connection = nextConnection
        nextConnection += 1
        opened(connection, boot: a.host.boot, on: b, with: a)
        post(.opened(boot: b.host.boot), from: b, to: a, .control)
    }

    func block(_ isBlocked: Bool, from node: ClusterNode, to peer: ClusterNode) {
        ways[node.position][peer.position].isBlocked = isBlocked
        guard !isBlocked else { return }
        let late = ways[node.position][peer.position].stalled
        ways[node.position][peer.position].stalled = []
        for (connection, parcel) in late {
            perform(on: peer, life: peer.life) { [self] in deliver(parcel, connection, from: node, to: peer) }
        }
    }
}
