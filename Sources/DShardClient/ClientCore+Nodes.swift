import NIOCore
import Raft
import Routing
import Transport
import Wire

extension ClientCore: ConnectionOwner {
    /// Makes a link to each endpoint and begins to connect.
    func start() {
        loop.assertInEventLoop()
        guard links.isEmpty, !isShutDown else { return }
        for endpoint in configuration.endpoints where !links.contains(where: { $0.address == endpoint }) {
            links.append(NodeLink(address: endpoint, isEndpoint: true))
        }
        connectAll()
    }

    /// The link to a node that routes name; made if its address is known.
    func link(to node: NodeID) -> NodeLink? {
        for link in links where link.node == node && !link.isDuplicate { return link }
        guard let address = router.address(of: node)?.address else { return nil }
        return link(at: address, node: node)
    }

    /// The link to an address; made if there is none.
    func link(at address: String, node: NodeID? = nil) -> NodeLink {
        if let link = links.first(where: { $0.address == address && !$0.isDuplicate }) {
            if link.node == nil { link.node = node }
            return link
        }
        let link = NodeLink(address: address, node: node, isEndpoint: false)
        links.append(link)
        return link
    }

    /// A connected link for a question that any node can answer: each in turn, those that are silent only if no
    /// other is there.
    func linkForLookup() -> NodeLink? {
        let connected = links.filter { $0.isConnected }
        let lively = connected.filter { !isSilent($0) }
        let choice = lively.isEmpty ? connected : lively
        guard !choice.isEmpty else { return nil }
        lookupTurn &+= 1
        return choice[Int(UInt(bitPattern: lookupTurn) % UInt(choice.count))]
    }

    func connectAll() {
        for link in links where !link.isDuplicate { connect(link) }
    }

    /// Dials what is missing.
    func connect(_ link: NodeLink) {
        guard !isShutDown else { return }
        let wanted = max(1, configuration.connectionsPerNode)
        while link.connections.count + link.dialling < wanted { dial(link) }
    }

    private func dial(_ link: NodeLink) {
        link.dialling += 1
        lastSerial += 1
        let attachment = LinkAttachment(link: link, serial: lastSerial)
        Dialer.connect(
            to: link.address, hello: Hello(role: .client), on: loop, owner: self, meter: meter,
            connectTimeout: .seconds(1)
        )
        .assumeIsolated()
        .whenComplete { result in
            link.dialling -= 1
            switch result {
            case .success(let connection): self.connected(attachment, connection)
            case .failure(let error): self.dialFailed(link, error)
            }
        }
    }

    private func connected(_ attachment: LinkAttachment, _ connection: FramedConnection) {
        let link = attachment.link
        guard !isShutDown, connection.isOpen else { return connection.close() }
        if let node = connection.peer.node {
            if links.contains(where: { $0 !== link && $0.node == node && !$0.isDuplicate && $0.isConnected }) {
                link.isDuplicate = true
                link.node = nil
                let waiting = link.waiting
                link.waiting = []
                redispatch(waiting)
                return connection.close()
            }
            // The address may be another node's now, after a move or in front of a load balancer.
            link.node = node
            router.nodeReached(node)
        }
        connection.attachment = attachment
        link.connections.append(connection)
        link.backoff.reset()
        time.heard(connection.peer.clusterMilliseconds, at: instant())
        let waiting = link.waiting
        link.waiting = []
        redispatch(waiting)
        if !waitingForRoutes.isEmpty { startLookup() }
    }

    private func dialFailed(_ link: NodeLink, _ error: any Error) {
        trouble = "\(link.address): \((error as? DialError)?.description ?? "\(error)")"
        redialLater(link)
        unreachable(link)
    }

    /// Requests that waited for this link go elsewhere.
    private func unreachable(_ link: NodeLink) {
        if let node = link.node, !link.isConnected { router.nodeFailed(node, at: instant()) }
        guard !link.isConnected else { return }
        let waiting = link.waiting
        link.waiting = []
        for request in waiting {
            if let slot = resolve(request) { failed(slot, .unreachable, learned: false) }
        }
    }

    private func redispatch(_ requests: [SlotReference]) {
        for request in requests {
            if let slot = resolve(request) { dispatch(slot) }
        }
    }

    /// Dials again in the background, with the back-off of nodes among themselves.
    private func redialLater(_ link: NodeLink) {
        guard !isShutDown, !link.isDuplicate else { return }
        let pause = link.backoff.next(using: &generator)
        link.dialling += 1
        loop.scheduleTask(in: .nanoseconds(pause.nanoseconds)) {
            link.dialling -= 1
            if self.isWanted(link) { self.connect(link) }
        }
    }

    /// Whether the link is worth a connection: an endpoint, or a node that the routes name.
    private func isWanted(_ link: NodeLink) -> Bool {
        link.isEndpoint || router.nodes.contains { $0.address == link.address } || !link.waiting.isEmpty
    }

    func connection(_: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
        HelloReply(outcome: .refused(.other, message: "a client accepts no connections"))
    }

    func connectionOpened(_ connection: FramedConnection) {}

    func connection(_ connection: FramedConnection, received frame: Frame) {
        guard let attachment = connection.attachment as? LinkAttachment else { return }
        received(frame, on: connection, attachment.link)
    }

    func connectionReadComplete(_ connection: FramedConnection) {
        guard let attachment = connection.attachment as? LinkAttachment else { return }
        attachment.link.heardAt = turnTime()
    }

    func connectionClosed(_ connection: FramedConnection, reason: CloseReason) {
        guard let attachment = connection.attachment as? LinkAttachment else { return }
        let link = attachment.link
        link.connections.removeAll { $0 === connection }
        guard !isShutDown else { return }
        trouble = "\(link.address): the connection ended"
        if let node = link.node, !link.isConnected { router.nodeFailed(node, at: instant()) }
        for slot in slots where slot.phase == .sent && slot.connection == attachment.serial {
            slot.mayBeApplied = slot.operation.isWrite
            failed(slot, .connectionLost, learned: false)
        }
        redialLater(link)
    }
}
