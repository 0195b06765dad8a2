import Host
import Keyspace
import NIOCore
import Raft
import Routing
import Storage
import Wire

/// Requests and answers on their way between clients and nodes, as bytes.
extension Simulation {
    /// How long a client waits for one answer, in microseconds.
    private static let attemptTimeout = 1_000_000
    /// The same for the routes, which another node knows as well.
    private static let lookupTimeout = 300_000

    func send(_ body: ClientRequest.Body, to node: SimulatedNode, _ client: SimulatedClient, isRoutes: Bool) {
        if !isRoutes {
            client.attempts += 1
            client.isSent = true
        }
        let id = nextRequest
        nextRequest += 1
        waiting[id] = .attempt(
            ClientAttempt(
                client: client, round: client.round, attempt: client.attempts, node: node, isRoutes: isRoutes))
        var bytes = ByteBuffer()
        bytes.reserveCapacity(Self.frameCapacity)
        ClientRequest(id: id, timeoutMilliseconds: 5_000, body: body).encode(into: &bytes)
        trace.note(.request, now, bytes)
        after(isRoutes ? Self.lookupTimeout : Self.attemptTimeout) { [unowned self] in
            guard case .attempt(let attempt) = waiting.removeValue(forKey: id) else { return }
            lost(attempt)
        }
        guard !(isLosingRequests && clientChance.happens(percent: 10)) else { return }
        // Some are so late that the client has asked again, and again, and gone on to other things.
        let isLate = isDelaying && clientChance.happens(percent: 5)
        after(clientChance.draw(isLate ? 200_000...4_000_000 : mix.latency)) { [unowned self] in
            arrive(bytes, id, node)
        }
    }

    func arrive(_ bytes: ByteBuffer, _ id: UInt64, _ node: SimulatedNode) {
        guard node.isUp else {
            if case .attempt(let attempt) = waiting.removeValue(forKey: id) { unreachable(attempt) }
            return
        }
        guard node.isPaused else { return received(bytes, on: node) }
        perform(EventQueue.Event(node: node, life: node.life) { [unowned self] in received(bytes, on: node) })
    }

    /// What the server's lane does with a request.
    private func received(_ bytes: ByteBuffer, on node: SimulatedNode) {
        var bytes = bytes
        storing(node) {
            guard
                let frame = try FrameParser.nextFrame(
                    from: &bytes, flavor: .client, limit: FrameFlavor.client.lengthMax)
            else { return fail("a request is not a whole frame") }
            let request = try ClientRequest.decode(frame)
            let reference = RequestReference(connection: 1, id: request.id)
            switch request.body {
            case .write(let write): node.host.write(write, from: reference, now: instant(node))
            case .get(let get):
                node.host.read(PendingRead(reference: reference, body: .get(get)), route: get.route)
            case .scan(let scan):
                node.host.read(PendingRead(reference: reference, body: .scan(scan)), route: scan.route)
            case .routes: respond(Answer(reference: reference, body: .routes(routeTable(node))), from: node)
            case .replicas(let change):
                guard mayChange(change) else { return }
                node.host.change(change, from: reference, now: instant(node))
            case .status, .split, .merge, .placement, .check: break
            }
            scheduleTurn(node)
        }
    }

    private func routeTable(_ node: SimulatedNode) -> RouteTable {
        // Of shards that are not here the node knows their rows in the system shard.
        var map = reportedRoutes
        for replica in node.host.replicas where !replica.isRetired && replica.descriptor.range != .system {
            map.merge(replica.descriptor)
        }
        let routes = map.all.map { descriptor in
            Route(descriptor: descriptor, leader: node.host.replica(of: descriptor.shard)?.group.leader?.node)
        }
        return RouteTable(
            routes: routes, nodes: node.host.addresses,
            clusterMilliseconds: node.host.clock.milliseconds(at: instant(node)))
    }

    /// A request gets one answer, never two.
    func respond(_ answer: Answer, from node: SimulatedNode) {
        if answer.reference.connection == Self.ownConnection { return answered(answer, node) }
        guard answered.insert(answer.reference.id).inserted else {
            return fail("node \(node.id) answered request \(answer.reference.id) twice")
        }
        if answer.reference.connection == Self.checkConnection { checkAnswers[answer.reference.id] = answer.body }
        var bytes = ByteBuffer()
        bytes.reserveCapacity(Self.frameCapacity)
        ClientResponse(id: answer.reference.id, body: answer.body).encode(into: &bytes)
        trace.note(.answer, now, bytes)
        guard !(isLosingRequests && clientChance.happens(percent: 10)) else { return }
        after(clientChance.draw(mix.latency)) { [unowned self] in
            guard let waiter = waiting.removeValue(forKey: answer.reference.id) else { return }
            received(bytes, waiter)
        }
    }

    /// Who waits for an answer.
    enum Waiter {
        case attempt(ClientAttempt)
        case probe(ProbeRequest)
        case change(ChangeRequest)
    }

    // MARK: The client's side

    private func received(_ bytes: ByteBuffer, _ waiter: Waiter) {
        if case .attempt(let attempt) = waiter {
            guard attempt.client.round == attempt.round, attempt.client.operation != nil else { return }
        }
        var bytes = bytes
        do throws(WireError) {
            guard
                let frame = try FrameParser.nextFrame(
                    from: &bytes, flavor: .client, limit: FrameFlavor.client.lengthMax)
            else { return fail("an answer is not a whole frame") }
            let response = try ClientResponse.decode(frame)
            switch waiter {
            case .attempt(let attempt):
                attempt.client.router.nodeReached(attempt.node.id)
                received(response.body, attempt)
            case .probe(let probe): received(response.body, probe)
            case .change(let change): received(response.body, change)
            }
        } catch {
            fail("an answer cannot be read: \(error)")
        }
    }

    private func received(_ body: ClientResponse.Body, _ attempt: ClientAttempt) {
        let client = attempt.client
        guard let operation = client.operation else { return }
        switch body {
        case .routes(let table):
            client.router.absorb(table)
            client.time.heard(table.clusterMilliseconds, at: trueInstant)
            if attempt.isRoutes { routesLearned(client) }
        case .failure(let error): refused(error, attempt)
        case .values(let list): values(list, operation, client)
        case .page(let page): paged(page, operation, client)
        case .written(let result): written(result, operation, client)
        case .status, .descriptor, .descriptors, .placement, .checked: fail("an answer that nobody asked for: \(body)")
        }
    }

    /// Goes on, unless the table did not help: then it is asked for again a little later.
    private func routesLearned(_ client: SimulatedClient) {
        guard let key = client.operation?.keys.first else { return }
        guard key.bytes.withBytes({ client.router.shard(of: $0) }) != nil else {
            return attemptFailed(client, .unreachable, learned: false)
        }
        var router = client.router
        if case .send = key.bytes.withBytes({ router.route($0, at: trueInstant) }) { return route(client) }
        attemptFailed(client, .unreachable, learned: false)
    }

    private func refused(_ error: RequestError, _ attempt: ClientAttempt) {
        let client = attempt.client
        var learned = false
        switch error {
        case .notLeader(let hint):
            if let key = client.operation?.keys.first,
                let shard = key.bytes.withBytes({ client.router.shard(of: $0) })?.stamp.shard
            {
                learned = client.router.notLeader(shard, said: attempt.node.id, hint: hint, at: trueInstant)
            }
        case .epochMismatch(let descriptors): learned = client.router.absorb(descriptors)
        case .ambiguous: probes.hit(.ambiguousWrite)
        case .busy: probes.hit(.busyAnswer)
        case .diskFull: probes.hit(.diskFullAnswer)
        default: break
        }
        attemptFailed(client, .answered(error), learned: learned)
    }

    private func unreachable(_ attempt: ClientAttempt) {
        attempt.client.router.nodeFailed(attempt.node.id, at: trueInstant)
        guard attempt.client.round == attempt.round else { return }
        attemptFailed(attempt.client, .unreachable, learned: false)
    }

    private func lost(_ attempt: ClientAttempt) {
        guard attempt.client.round == attempt.round, attempt.client.operation != nil else { return }
        attempt.client.router.nodeFailed(attempt.node.id, at: trueInstant)
        attemptFailed(attempt.client, attempt.isRoutes ? .unreachable : .connectionLost, learned: false)
    }
}
