import Keyspace
import Raft
import Routing
import Storage
import Wire

/// Clients begin operations, route them, and decide what to do when an attempt fails.
extension Simulation {
    func addClients() {
        for number in 0..<options.clients {
            let client = SimulatedClient(number: number, nodes: record.nodes)
            clients.append(client)
            after(clientChance.draw(0...100_000)) { [unowned self] in beginNext(client) }
        }
    }

    private func beginNext(_ client: SimulatedClient) {
        guard isBusy, client.operation == nil else { return }
        let shards = min(options.shards, mix.busyShards)
        begin(Workload.draw(&clientChance, shards: shards, value: client.nextValue()), client)
    }

    func begin(_ operation: ClientOperation, _ client: SimulatedClient, seconds: Int? = nil) {
        client.operation = operation
        client.round += 1
        client.attempts = 0
        client.isSent = false
        client.mayBeApplied = false
        client.lastFailure = nil
        client.lastOutcome = .none
        client.startedAt = now
        let length = seconds.map { $0 * 1_000_000 } ?? clientChance.draw(1_000_000...8_000_000)
        client.deadline = now + Int64(length) * 1_000
        history.begins(operation, client)
        if operation.isWrite { client.sequence = client.session.begin() ?? 0 }
        let round = client.round
        after(length) { [unowned self] in
            guard client.round == round, client.operation != nil else { return }
            let failure = client.policy.deadlineFailure(
                kind(of: operation), client.lastFailure,
                mayBeApplied: client.mayBeApplied || client.isSent && operation.isWrite)
            ended(client, failure)
        }
        route(client)
    }

    private func kind(of operation: ClientOperation) -> RetryPolicy.Operation {
        operation.isWrite ? .writeInSession : .read
    }

    /// Sends the operation where the router thinks its shard is led.
    func route(_ client: SimulatedClient) {
        guard let operation = client.operation else { return }
        guard client.time.isKnown, let key = operation.keys.first else { return askRoutes(client) }
        if operation.isWrite, client.attempts == 0 {
            client.issuedAt = client.time.milliseconds(at: trueInstant)
        }
        if operation.isWrite, client.attempts > 0, isPlanted(.retriedUnderNewNumber) {
            client.sequence = client.session.begin() ?? 0
        }
        guard let operation = fitted(operation, client) else { return }
        let decision = key.bytes.withBytes { client.router.route($0, at: trueInstant) }
        switch decision {
        case .lookup: askRoutes(client)
        case .send(let id, let stamp):
            guard let node = node(id), let body = body(of: operation, stamp, client) else {
                return fail("client \(client.number) cannot send \(operation)")
            }
            send(body, to: node, client, isRoutes: false)
        }
    }

    private func body(
        of operation: ClientOperation, _ stamp: RouteStamp, _ client: SimulatedClient
    ) -> ClientRequest.Body? {
        switch operation {
        case .get(let keys):
            guard let list = try? KeyList(keys) else { return nil }
            return .get(GetRequest(route: stamp, consistency: .linearizable, keys: list))
        case .scan(let range):
            return .scan(
                ScanRequest(
                    route: stamp, consistency: .linearizable, start: range.start, end: range.end,
                    isReverse: clientChance.happens(percent: 30),
                    rowLimit: clientChance.happens(percent: 10) ? 2 : 0))
        case .put, .delete, .putIfAbsent, .swap, .pair:
            guard let list = try? operation.operations() else { return nil }
            return .write(
                WriteRequest(
                    route: stamp, session: client.session.id, sequence: client.sequence,
                    doneBelow: client.session.doneBelow, issuedAt: client.issuedAt,
                    operationCount: UInt32(list.count), operations: list.bytes))
        }
    }

    /// Asks some node where the shards are, then goes on.
    private func askRoutes(_ client: SimulatedClient) {
        let answering = nodes.filter { !client.router.hasFailed($0.id, at: trueInstant) }
        guard let node = clientChance.pick(answering.isEmpty ? nodes : answering) else { return }
        send(.routes(RoutesRequest()), to: node, client, isRoutes: true)
    }

    // MARK: After a failure

    func attemptFailed(_ client: SimulatedClient, _ failure: RetryPolicy.Failure, learned: Bool) {
        guard let operation = client.operation else { return }
        client.isSent = false
        client.lastFailure = failure
        switch failure {
        case .connectionLost, .answered(.ambiguous): client.mayBeApplied = operation.isWrite
        case .answered, .unreachable: break
        }
        let decision = client.policy.decide(
            kind(of: operation), failure, attempt: client.attempts, learned: learned,
            mayBeApplied: client.mayBeApplied, timeLeft: Interval(nanoseconds: client.deadline - now),
            using: &clientChance)
        switch decision {
        case .retryNow: route(client)
        case .retryAfter(let pause): later(client, pause) { [unowned self] in route(client) }
        case .refreshRoutes(let pause): later(client, pause) { [unowned self] in askRoutes(client) }
        case .fail(let failure): ended(client, failure)
        }
    }

    private func later(_ client: SimulatedClient, _ pause: Interval, _ action: @escaping () -> Void) {
        let round = client.round
        after(Int(pause.nanoseconds / 1_000)) {
            if client.round == round, client.operation != nil { action() }
        }
    }

    // MARK: The end of an operation

    /// The operation is over without success.
    func ended(_ client: SimulatedClient, _ failure: RequestFailure) {
        guard let operation = client.operation else { return }
        if failure == .unknownOutcome { probes.hit(.unknownOutcome) }
        history.failed(operation, client, isUnknown: failure == .unknownOutcome, at: now)
        complete(client, .failed(failure))
    }

    func complete(_ client: SimulatedClient, _ outcome: SimulatedClient.Outcome) {
        if client.operation?.isWrite == true { client.session.finish(client.sequence) }
        client.operation = nil
        client.lastOutcome = outcome
        operationsEnded += 1
        guard isBusy else { return }
        let mean = max(1_000, options.clients * 1_000_000 / max(1, options.operationsPerSecond))
        after(clientChance.wait(mean: mean)) { [unowned self] in beginNext(client) }
    }
}
