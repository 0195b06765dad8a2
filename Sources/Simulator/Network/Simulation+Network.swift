import Host
import NIOCore
import Raft
import Wire

/// Frames between nodes, as the transport sends them: messages of all shards in one frame a peer and channel.
extension Simulation {
    func send(_ messages: [PeerEnvelope], from node: SimulatedNode) {
        var batches: [(peer: SimulatedNode, channel: Link.Channel, builder: RaftFrameBuilder)] = []
        for envelope in messages {
            checker.leaves(envelope, node, self)
            if case .appendReply(let reply) = envelope.message, reply.outcome == .diskFull,
                node.host.replica(of: envelope.shard)?.group.barrier != nil
            {
                probes.hit(.fullAtBarrier)
            }
            guard let peer = self.node(envelope.to.node) else { continue }
            let channel = Self.channel(of: envelope.message)
            if let position = batches.firstIndex(where: { $0.peer === peer && $0.channel == channel }) {
                if batches[position].builder.append(envelope) { continue }
                post(.bytes(batches[position].builder.finish(), isCorrupt: false), from: node, to: peer, channel)
                batches[position].builder.append(envelope)
            } else {
                var builder = RaftFrameBuilder()
                builder.append(envelope)
                batches.append((peer, channel, builder))
            }
        }
        for (peer, channel, var builder) in batches where !builder.isEmpty {
            post(.bytes(builder.finish(), isCorrupt: false), from: node, to: peer, channel)
        }
    }

    private static func channel(of message: Message<EncodedEntry>) -> Link.Channel {
        switch message {
        case .append, .appendReply: .bulk
        case .voteRequest, .voteReply, .heartbeat, .heartbeatReply, .timeoutNow: .control
        }
    }

    /// Room for most frames, so that few of them grow.
    static let frameCapacity = 512

    func send(_ frame: ControlFrame, from node: SimulatedNode, to peer: SimulatedNode) {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(Self.frameCapacity)
        frame.encode(into: &buffer)
        post(.bytes(buffer, isCorrupt: false), from: node, to: peer, .control)
    }

    func post(
        _ parcel: NetworkWay.Parcel, from node: SimulatedNode, to peer: SimulatedNode, _ channel: Link.Channel
    ) {
        let connection = connection(node, peer, channel)
        guard connection != 0 else { return }
        guard isTearing || isCorrupting else { return ship(parcel, connection, from: node, to: peer, channel) }
        for piece in pieces(of: parcel) { ship(piece, connection, from: node, to: peer, channel) }
    }

    private func ship(
        _ parcel: NetworkWay.Parcel, _ connection: Int, from node: SimulatedNode, to peer: SimulatedNode,
        _ channel: Link.Channel
    ) {
        let way = ways[node.position][peer.position]
        let soonest = now + Int64(networkDelay()) * 1_000
        let time = max(soonest, way.busyUntil[channel.rawValue] + 1)
        way.busyUntil[channel.rawValue] = time
        let shipment = NetworkWay.Shipment(connection: connection, channel: channel, parcel: parcel)
        schedule(at: time) { [unowned self] in arrive(shipment, from: node, to: peer) }
    }

    private func networkDelay() -> Int {
        let usual = network.draw(mix.latency)
        guard isDelaying, network.happens(percent: 5) else { return usual }
        // A lost segment: sent again after the retransmission time, and everything behind it waits.
        return usual + network.draw(1_000...(network.happens(percent: 10) ? 900_000 : 220_000))
    }

    /// Tears and corrupts what is sent while such faults last.
    private func pieces(of parcel: NetworkWay.Parcel) -> [NetworkWay.Parcel] {
        guard case .bytes(let bytes, _) = parcel else { return [parcel] }
        if isCorrupting, network.happens(percent: 2) {
            var broken = bytes
            // Not in the length, whose damage shows only with later bytes.
            let position = broken.readerIndex + network.draw(8...(broken.readableBytes - 1))
            let old = broken.getInteger(at: position, as: UInt8.self) ?? 0
            broken.setInteger(old ^ (1 << UInt8(network.draw(0...7))), at: position)
            return [.bytes(broken, isCorrupt: true)]
        }
        guard isTearing, bytes.readableBytes > 1, network.happens(percent: 30) else { return [parcel] }
        probes.hit(.tornFrame)
        var rest = bytes
        var torn: [NetworkWay.Parcel] = []
        while rest.readableBytes > 0, torn.count < 5 {
            let length = torn.count == 4 ? rest.readableBytes : network.draw(1...rest.readableBytes)
            if let piece = rest.readSlice(length: length) { torn.append(.bytes(piece, isCorrupt: false)) }
        }
        return torn
    }

    private func arrive(_ shipment: NetworkWay.Shipment, from node: SimulatedNode, to peer: SimulatedNode) {
        let way = ways[node.position][peer.position]
        if way.isBlocked || !way.stalled.isEmpty {
            way.stalled.append(shipment)
        } else {
            enter(shipment, from: node, to: peer)
        }
    }

    /// A parcel has reached the machine of `peer`: its process takes it, now or when it goes on.
    private func enter(_ shipment: NetworkWay.Shipment, from node: SimulatedNode, to peer: SimulatedNode) {
        guard peer.isUp else { return }
        guard peer.isPaused else { return deliver(shipment, from: node, to: peer) }
        perform(
            EventQueue.Event(node: peer, life: peer.life) { [unowned self] in deliver(shipment, from: node, to: peer) })
    }

    private func deliver(_ shipment: NetworkWay.Shipment, from node: SimulatedNode, to peer: SimulatedNode) {
        let channel = shipment.channel
        if case .opened(let boot, let life) = shipment.parcel {
            // A later process does not take over what an earlier one dialled.
            guard life == peer.life, shipment.connection > connection(peer, node, channel) else { return }
            return opened(shipment.connection, channel, boot: boot, on: peer, with: node)
        }
        guard connection(peer, node, channel) == shipment.connection else { return }
        switch shipment.parcel {
        case .opened: break
        case .closed: close(channel, on: peer, with: node, closedByPeer: true)
        case .bytes(var bytes, let isCorrupt):
            if peer.links[node.position][channel.rawValue].received.readableBytes == 0 {
                peer.links[node.position][channel.rawValue].received = bytes
            } else {
                peer.links[node.position][channel.rawValue].received.writeBuffer(&bytes)
            }
            if isCorrupt { peer.links[node.position][channel.rawValue].isTainted = true }
            readFrames(channel, on: peer, from: node)
        }
    }

    private func readFrames(_ channel: Link.Channel, on peer: SimulatedNode, from node: SimulatedNode) {
        do throws(WireError) {
            while let frame = try FrameParser.nextFrame(
                from: &peer.links[node.position][channel.rawValue].received, flavor: .peer,
                limit: FrameFlavor.peer.lengthMax)
            {
                try received(frame, from: node, on: peer)
            }
            if peer.links[node.position][channel.rawValue].received.readableBytes == 0 {
                peer.links[node.position][channel.rawValue].received = ByteBuffer()
            }
        } catch {
            guard peer.links[node.position][channel.rawValue].isTainted else {
                return fail("node \(peer.id) cannot read a frame of node \(node.id): \(error)")
            }
            probes.hit(.corruptFrameRejected)
            post(.closed, from: peer, to: node, channel)
            close(channel, on: peer, with: node, closedByPeer: false)
        }
    }

    private func received(_ frame: Frame, from node: SimulatedNode, on peer: SimulatedNode) throws(WireError) {
        trace.note(.frame, now, frame.body)
        switch frame.kind {
        case FrameKind.raft:
            for envelope in try RaftFrame.decode(frame) {
                peer.host.receive(envelope, from: node.id, now: instant(peer))
            }
            scheduleTurn(peer)
        case FrameKind.control:
            peer.host.receive(try ControlFrame.decode(frame), from: node.id, now: instant(peer))
            if peer.asking({ $0.hasWork }) { scheduleTurn(peer) }
        case FrameKind.snapshot:
            peer.host.receive(try SnapshotEnvelope.decode(frame), from: node.id, now: instant(peer))
            scheduleTurn(peer)
        case FrameKind.notice:
            hear(try ReplicaNotice.decode(frame), from: node, on: peer)
        case FrameKind.placement: hear(try PlacementReport.decode(frame), from: node, on: peer)
        default: throw .unknownKind(frame.kind)
        }
    }

    func block(_ isBlocked: Bool, from node: SimulatedNode, to peer: SimulatedNode) {
        let way = ways[node.position][peer.position]
        way.isBlocked = isBlocked
        guard !isBlocked else { return }
        let late = way.stalled
        way.stalled = []
        if !late.isEmpty { probes.hit(.lateParcels) }
        for shipment in late { enter(shipment, from: node, to: peer) }
    }
}
