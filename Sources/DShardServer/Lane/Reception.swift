import Host
import Keyspace
import Logging
import NIOCore
import Raft
import Transport
import Wire

/// Receives every connection of the one port and hands it on by its role (DESIGN §8): clients and peers to the lane,
/// formation to its service.
/// Safe because every access is on one event loop.
final class Reception: ConnectionOwner, @unchecked Sendable {
    private let formation: FormationService
    private let boot: UInt64
    private let telemetry: Telemetry
    /// Set once the node belongs to a cluster and has its store open.
    var lane: Lane?

    init(formation: FormationService, boot: UInt64, telemetry: Telemetry) {
        self.formation = formation
        self.boot = boot
        self.telemetry = telemetry
    }

    func connection(_ connection: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
        guard hello.protocolVersion == Hello.currentVersion else {
            return refused(.version, "this node speaks protocol version \(Hello.currentVersion)")
        }
        switch hello.role {
        case .formation: return HelloReply(outcome: .welcome, boot: boot)
        case .client:
            guard let lane else { return refused(.notFormed, "the node waits for its cluster to form: try again") }
            if let cluster = hello.cluster, cluster != lane.identity.cluster {
                return refused(.wrongCluster, "this node belongs to cluster \(lane.identity.cluster)")
            }
            return welcome(lane)
        case .control, .bulk:
            guard let lane else { return refused(.notFormed, "the node waits for its cluster to form") }
            return lane.helloReply(toPeer: hello) ?? welcome(lane)
        }
    }

    private func welcome(_ lane: Lane) -> HelloReply {
        HelloReply(
            outcome: .welcome, cluster: lane.identity.cluster, node: lane.identity.node,
            incarnation: lane.identity.incarnation, boot: boot,
            clusterMilliseconds: lane.host.millisecondsForClients(at: SteadyClock.now()))
    }

    private func refused(_ code: RefusalCode, _ message: String) -> HelloReply {
        HelloReply(outcome: .refused(code, message: message), boot: boot)
    }

    func connectionOpened(_ connection: FramedConnection) {
        switch connection.role {
        case .client: lane?.clientOpened(connection)
        case .control, .bulk:
            if let links = lane?.links { links.adopt(connection) } else { connection.close() }
        case .formation: break
        }
    }

    func connection(_ connection: FramedConnection, received frame: Frame) {
        do throws(WireError) {
            switch connection.role {
            case .client: try lane?.received(frame, from: connection)
            case .formation: try formation.received(frame, from: connection)
            case .control, .bulk: connection.close()
            }
        } catch {
            telemetry.log.notice("closing a connection that sent garbage: \(error)")
            connection.close(reason: .garbage(error))
        }
    }

    func connectionReadComplete(_ connection: FramedConnection) {
        lane?.scheduleTurn()
    }

    func connectionDrained(_ connection: FramedConnection) {
        if connection.role == .client { lane?.clientDrained(connection) }
    }

    func connectionClosed(_ connection: FramedConnection, reason: CloseReason) {
        if connection.role == .client { lane?.clientClosed(connection) }
    }
}

extension Lane: PeerLinksDelegate {
    /// Nil when the peer may connect; a refusal that says what to do otherwise (rule 17).
    func helloReply(toPeer hello: Hello) -> HelloReply? {
        func refused(_ code: RefusalCode, _ message: String) -> HelloReply {
            HelloReply(outcome: .refused(code, message: message), boot: identity.boot)
        }
        guard hello.cluster == identity.cluster else {
            return refused(.wrongCluster, "this node belongs to cluster \(identity.cluster)")
        }
        guard let node = hello.node, let known = host.address(of: node) else {
            return refused(.wrongNode, "this cluster has no such node")
        }
        guard known.incarnation == hello.incarnation else {
            return refused(.wrongIncarnation, FormationService.wiped(known.address, node))
        }
        return nil
    }

    func peerConnected(_ node: NodeID, channel: PeerChannel, identity: PeerIdentity) {
        if channel == .control { telemetry.log.info("connected to a peer", metadata: ["node": "\(node)"]) }
        peerConnected(node, boot: identity.boot, isControl: channel == .control)
    }

    func peerDisconnected(_ node: NodeID, channel: PeerChannel, closedByPeer: Bool) {
        guard channel == .control else { return }
        telemetry.log.info("lost a peer", metadata: ["node": "\(node)", "closed_by_peer": "\(closedByPeer)"])
        peerDisconnected(node, closedByPeer: closedByPeer)
    }

    func peer(_ node: NodeID, channel: PeerChannel, received frame: Frame) {
        do throws(WireError) {
            try received(frame, from: node)
        } catch {
            telemetry.log.error(
                "closing a peer's connection that sent garbage: \(error)", metadata: ["node": "\(node)"])
            links?.disconnect(node, channel: channel, reason: .garbage(error))
        }
    }

    func peerReadComplete(_ node: NodeID, channel: PeerChannel) {
        if host.hasWork { scheduleTurn() }
    }
}
