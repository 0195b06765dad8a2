import Host
import Keyspace
import NIOCore
import NIOPosix
import Raft
import Transport
import Wire

/// What a client connection carries besides its socket.
final class ClientState {
    let number: UInt64
    /// Requests taken and not yet answered.
    var inFlight = 0
    /// Whether it stands in the list of connections to flush.
    var isDirty = false
    /// Whether the socket takes no more answers for now.
    var isCongested = false
    /// Whether it is so, or reads still wait because it was.
    var isHeldUp = false
    /// Reads that wait until it does, in the order in which they came, and how many they are.
    var heldReads: [ReadTask] = []
    var heldCount = 0
    /// Tasks of reads that had to wait and that the read pool has now.
    var heldUnderWay = 0

    init(number: UInt64) { self.number = number }
}

extension Lane {
    /// Requests of one connection that may be unanswered; one more is `busy`.
    static let inFlightMax = 8_192

    func clientOpened(_ connection: FramedConnection) {
        let number = nextClient
        nextClient += 1
        connection.attachment = ClientState(number: number)
        clients[number] = connection
    }

    func clientClosed(_ connection: FramedConnection) {
        guard let client = connection.attachment as? ClientState else { return }
        clients[client.number] = nil
        if client.isHeldUp { heldUpClients -= 1 }
    }

    /// One request. A malformed one closes the connection: after it nothing on the stream can be trusted.
    func received(_ frame: Frame, from connection: FramedConnection) throws(WireError) {
        guard let client = connection.attachment as? ClientState else { return }
        let request = try ClientRequest.decode(frame)
        let reference = RequestReference(connection: client.number, id: request.id)
        client.inFlight += 1
        guard client.inFlight <= Self.inFlightMax else {
            return respond(
                reference, .failure(.busy(retryAfterMilliseconds: 10, reason: "too many requests on one connection")))
        }
        guard drain != .stopped else { return refuse(request, reference) }
        switch request.body {
        case .write(let write): host.write(write, from: reference, now: SteadyClock.now())
        case .get(let get):
            host.read(PendingRead(reference: reference, body: .get(get)), route: get.route)
        case .scan(let scan):
            host.read(PendingRead(reference: reference, body: .scan(scan)), route: scan.route)
        case .routes(let routes): answer(routes, reference)
        case .status: status(reference)
        case .replicas(let change): host.change(change, from: reference, now: SteadyClock.now())
        case .split(let split): self.split(split, reference, timeoutMilliseconds: request.timeoutMilliseconds)
        case .merge(let merge): self.merge(merge, reference)
        case .placement(let request): placement(request, reference)
        case .check(let check): host.check(check, from: reference, now: SteadyClock.now())
        }
    }

    private func placement(_ request: PlacementRequest, _ reference: RequestReference) {
        guard let placement = membership?.placement else {
            return respond(reference, .failure(.unavailable("the cluster is not known yet")))
        }
        placement.ask(request, reference)
    }

    /// Where every shard is: from here and from the system shard's rows, as far as they are here, else from those who
    /// know.
    private func answer(_ request: RoutesRequest, _ reference: RequestReference) {
        guard let membership else { return respond(reference, .routes(routeTable(request))) }
        guard membership.shard.replica == nil else {
            let rows = ShardRows(store: state)
            return readPool.submit { [self] poolState in
                guard case .active = poolState else { return }
                let known = rows.routes()
                loop.execute { [self] in
                    respond(reference, .routes(routeTable(request, and: known)))
                    scheduleTurn()
                }
            }
        }
        membership.routes.table { [self] known in
            respond(reference, .routes(routeTable(request, and: known?.routes ?? [])))
        }
    }

    /// What a node that may not serve still answers: where the others are, and why it does not.
    private func refuse(_ request: ClientRequest, _ reference: RequestReference) {
        switch request.body {
        case .status: status(reference)
        case .routes(let routes): respond(reference, .routes(routeTable(routes)))
        case .write, .get, .scan, .replicas, .split, .merge, .placement, .check:
            respond(reference, .failure(.unavailable("the node is shutting down")))
        }
    }

    /// Puts a response into its connection's buffer; it leaves with the flush at the end of the tick.
    func respond(_ reference: RequestReference, _ body: ClientResponse.Body) {
        if reference.connection == 0 {
            internalRequests.removeValue(forKey: reference.id)?(body)
            return
        }
        guard let (connection, client) = client(reference) else { return }
        connection.writeFrame { buffer in
            ClientResponse(id: reference.id, body: body).encode(into: &buffer)
        }
        markDirty(connection, client)
    }

    func client(_ reference: RequestReference) -> (FramedConnection, ClientState)? {
        guard let connection = clients[reference.connection],
            let client = connection.attachment as? ClientState
        else { return nil }
        client.inFlight -= 1
        return (connection, client)
    }

    func markDirty(_ connection: FramedConnection, _ client: ClientState) {
        watch(connection, client)
        if dirtyClients.isEmpty, !isTurnScheduled { scheduleTurn() }
        guard dirtyClients.last !== connection else { return }
        dirtyClients.append(connection)
    }

    /// A request of the node itself, with the rights of one. On the loop.
    func submitInternal(_ body: ClientRequest.Body, _ completion: @escaping @Sendable (ClientResponse.Body) -> Void) {
        let reference = RequestReference(connection: 0, id: nextInternalRequest)
        nextInternalRequest += 1
        internalRequests[reference.id] = completion
        switch body {
        case .write(let write): host.write(write, from: reference, isInternal: true, now: SteadyClock.now())
        case .get(let get): host.read(PendingRead(reference: reference, body: .get(get)), route: get.route)
        case .scan(let scan): host.read(PendingRead(reference: reference, body: .scan(scan)), route: scan.route)
        case .routes(let routes): respond(reference, .routes(routeTable(routes)))
        case .status: status(reference)
        case .replicas(let change): host.change(change, from: reference, now: SteadyClock.now())
        case .split(let request): split(request, reference, timeoutMilliseconds: 5_000)
        case .merge(let request): merge(request, reference)
        case .placement(let request): placement(request, reference)
        case .check(let check): host.check(check, from: reference, now: SteadyClock.now())
        }
        scheduleTurn()
    }

    /// Where every shard is, as far as this node knows (DESIGN §10: any node answers). The newest word counts, whether
    /// it was `heard` elsewhere or is a replica's here (rule 35).
    func routeTable(_ request: RoutesRequest, and heard: [Route] = []) -> RouteTable {
        var leaders: [ShardID: NodeID] = [:]
        var descriptors: [Descriptor] = []
        for route in heard {
            descriptors.append(route.descriptor)
            leaders[route.descriptor.shard] = route.leader
        }
        for replica in host.replicas where !replica.isRetired {
            descriptors.append(replica.descriptor)
            leaders[replica.descriptor.shard] = replica.group.leader?.node
        }
        descriptors.sort { $0.range.start < $1.range.start }
        let routes = RangeMap(descriptors).all.filter { descriptor in
            if !request.includesSystem, descriptor.range.start < Key.userStart { return false }
            return request.key.map { descriptor.range.contains($0) } ?? true
        }.map { Route(descriptor: $0, leader: leaders[$0.shard]) }
        return RouteTable(
            routes: routes, nodes: host.addresses,
            clusterMilliseconds: host.millisecondsForClients(at: SteadyClock.now()))
    }
}
