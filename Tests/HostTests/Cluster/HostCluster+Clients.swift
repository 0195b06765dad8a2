import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The clients' side of requests and answers.
extension HostCluster {
    func addClients(_ count: Int) {
        for position in 0..<count {
            let client = ClusterClient(session: UInt64(position + 1), shards: descriptors.count)
            clients.append(client)
        }
    }

    /// Begins a drawn operation.
    func beginOperation(_ client: ClusterClient) {
        let shard = random.draw(0...(descriptors.count - 1))
        let key = Fixture.key(shard, random.draw(1...2))
        switch random.draw(1...10) {
        case 1...3: begin(.put(key, [UInt8(client.session)] + client.number.bytes), client)
        case 4, 5: begin(.readCounter(Fixture.key(shard, 0)), client)
        default: begin(.get(key), client)
        }
    }

    func begin(_ operation: ClusterClient.Operation, _ client: ClusterClient) {
        client.operation = operation
        client.number += 1
        client.attempts = 0
        client.floor = history.floor(of: operation.key)
        if operation.isWrite {
            client.sequence += 1
            client.issuedAt = nodes[0].host.clock.milliseconds(at: instant(nodes[0]))
        }
        attempt(client)
    }

    private func shard(of client: ClusterClient) -> Int {
        client.operation.flatMap { $0.key.userBytes?.first.map(Int.init) } ?? 0
    }

    private func attempt(_ client: ClusterClient) {
        guard let operation = client.operation else { return }
        client.attempts += 1
        let id = nextRequest
        nextRequest += 1
        waiting[id] = (client, client.number)
        let shard = shard(of: client)
        let node = nodes[random.chance(15) ? random.draw(0...(nodes.count - 1)) : client.guesses[shard]]
        let number = client.number
        let attempts = client.attempts
        let header = CommandHeader(
            session: client.session, sequence: client.sequence, doneBelow: client.sequence, issuedAt: client.issuedAt)
        let life = node.life
        after(random.draw(latency)) { [self] in
            guard node.isUp else { return retry(client, number, attempts, elsewhere: true) }
            perform(on: node, life: life) { [self] in arrive(operation, header, id, shard, node) }
        }
        after(random.draw(150_000...300_000)) { [self] in retry(client, number, attempts, elsewhere: true) }
    }

    /// Sends the same operation again, unless it is over or has been sent again already.
    private func retry(_ client: ClusterClient, _ number: Int, _ attempts: Int, elsewhere: Bool) {
        guard client.number == number, client.attempts == attempts, client.operation != nil else { return }
        if elsewhere { client.guesses[shard(of: client)] = random.draw(0...(nodes.count - 1)) }
        attempt(client)
    }

    private func arrive(
        _ operation: ClusterClient.Operation, _ header: CommandHeader, _ id: UInt64, _ shard: Int,
        _ node: ClusterNode
    ) {
        let route = RouteStamp(shard: descriptors[shard].shard, version: 1)
        let reference = RequestReference(connection: header.session, id: id)
        storing(node) {
            switch operation {
            case .get(let key), .readCounter(let key):
                let get = GetRequest(route: route, consistency: .linearizable, keys: try KeyList([key]))
                node.host.read(PendingRead(reference: reference, body: .get(get)), route: route)
            case .put(let key, let value):
                history.noteAttempt(key, value)
                let expiry = clients.first { $0.session == header.session }?.expiry
                let list = try Fixture.operations { try $0.put(key, value, expiryMilliseconds: expiry) }
                write(list, route, header, reference, node)
            case .swapCounter(let key, let from, let expect):
                history.noteAttempt(key, (from + 1).bytes)
                let list = try Fixture.operations { list in
                    if let expect {
                        try list.compareAndSet(key, (from + 1).bytes, expectVersion: expect)
                    } else {
                        try list.putIfAbsent(key, (from + 1).bytes)
                    }
                }
                write(list, route, header, reference, node)
            }
        }
        scheduleTurn(node)
    }

    /// A copy that comes when the client has gone on is served like any other, under its old sequence.
    private func write(
        _ list: OperationList, _ route: RouteStamp, _ header: CommandHeader, _ reference: RequestReference,
        _ node: ClusterNode
    ) {
        let request = WriteRequest(
            route: route, session: header.session, sequence: header.sequence, doneBelow: header.doneBelow,
            issuedAt: header.issuedAt, operationCount: UInt32(list.count), operations: list.bytes)
        node.host.write(request, from: reference, now: instant(node))
    }

    // MARK: Answers

    func respond(_ answer: Answer, from node: ClusterNode) {
        let life = node.life
        after(random.draw(latency)) { [self] in
            guard node.life == life, node.isUp else { return }
            if answer.reference.connection == 0 { return noteChange(answer) }
            guard let (client, number) = waiting.removeValue(forKey: answer.reference.id) else {
                return history.fail("request \(answer.reference.id) was answered twice")
            }
            guard client.number == number, let operation = client.operation else { return }
            received(answer.body, operation, client, from: node)
        }
    }

    private func received(
        _ body: ClientResponse.Body, _ operation: ClusterClient.Operation, _ client: ClusterClient,
        from node: ClusterNode
    ) {
        switch body {
        case .failure(let error): failed(error, client)
        case .values(let list): values(list, operation, client)
        case .written(let result): written(result, operation, client)
        default: history.fail("an answer of another kind: \(body)")
        }
        if case .failure = body { return }
        client.guesses[shard(of: client)] = node.position
    }

    private func failed(_ error: RequestError, _ client: ClusterClient) {
        let shard = shard(of: client)
        var elsewhere = false
        switch error {
        case .notLeader(let hint?): client.guesses[shard] = Int(hint.node.rawValue) - 1
        case .notLeader(nil): elsewhere = true
        case .epochMismatch([]): elsewhere = true
        case .busy, .notApplied, .ambiguous, .unavailable: break
        default: history.fail("session \(client.session) got \(error)")
        }
        let (number, attempts) = (client.number, client.attempts)
        after(random.draw(500...10_000)) { [self] in retry(client, number, attempts, elsewhere: elsewhere) }
    }

    private func values(_ list: ValueList, _ operation: ClusterClient.Operation, _ client: ClusterClient) {
        var cursor = list.cursor()
        var found: (version: Timestamp, value: [UInt8])?
        if case .found(let view)? = cursor.next() {
            found = (view.version, [UInt8](copying: list.bytes.readableBytesSpan.extracting(view.value)))
        }
        client.found = found
        if client.expiry == nil { history.noteRead(operation.key, found, floor: client.floor) }
        if case .readCounter(let key) = operation {
            begin(.swapCounter(key, from: found.map { UInt64(bytes: $0.value) } ?? 0, expect: found?.version), client)
        } else {
            complete(client)
        }
    }

    private func written(_ result: WriteResult, _ operation: ClusterClient.Operation, _ client: ClusterClient) {
        switch (operation, result.outcomes.first) {
        case (.put(let key, let value), .put(let version)?):
            history.noteWritten(key, value, version: version, floor: client.floor)
        case (.swapCounter(let key, let from, _), .swapped(let version)?):
            history.noteWritten(key, (from + 1).bytes, version: version, floor: client.floor)
            client.increments[key, default: 0] += 1
        case (.swapCounter(let key, _, _), .conditionFalse(let current)?):
            history.noteVersion(key, current, floor: client.floor)
        default: history.fail("an outcome of another operation: \(result)")
        }
        complete(client)
    }

    private func complete(_ client: ClusterClient) {
        client.operation = nil
        client.completed += 1
        guard isBusy else { return }
        after(random.draw(0...8_000)) { [self] in
            if isBusy, client.operation == nil { beginOperation(client) }
        }
    }
}

extension FixedWidthInteger {
    /// Little-endian.
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: self)
        return bytes
    }
}

extension UInt64 {
    /// Of eight bytes, little-endian; zero of fewer.
    init(bytes: [UInt8]) {
        self = bytes.withBytes { $0.littleEndian(at: 0, as: UInt64.self) ?? 0 }
    }
}
