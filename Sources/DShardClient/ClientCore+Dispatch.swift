import Keyspace
import NIOCore
import Raft
import Routing
import Transport
import Wire

extension ClientCore {
    /// Sends a queued request, or puts it where it waits for what it lacks.
    func dispatch(_ slot: Slot) {
        switch slot.operation {
        case .lookup, .routes:
            guard let link = linkForLookup() else { return waitForAnyNode(slot) }
            send(slot, over: link, to: link.node, RouteStamp(shard: ShardID(0), version: 0))
        case .status(let address), .placement(let address, _), .check(let address, _):
            let link = link(at: address)
            send(slot, over: link, to: link.node, RouteStamp(shard: ShardID(0), version: 0))
        case .get, .getMany, .write, .expiringPut, .scan:
            dispatchByKey(slot)
        }
    }

    private func dispatchByKey(_ slot: Slot) {
        // A write says when it was issued, and when its value expires, by a clock that some node has told.
        guard time.isKnown || !slot.operation.isWrite else { return waitForRoutes(slot, after: .milliseconds(20)) }
        guard clip(slot), case .send(let node, let stamp) = route(slot), let link = link(to: node) else {
            return waitForRoutes(slot, after: .zero)
        }
        send(slot, over: link, to: node, stamp)
    }

    /// Where the slot's key is served.
    private func route(_ slot: Slot) -> RouteDecision {
        guard let key = slot.key else { return .lookup }
        // Safe because bytes have no padding.
        let span = unsafe key.bytes.span.bytes
        if slot.operation.isForAnyReplica, !slot.needsLeader {
            return router.routeToAny(span, at: instant())
        }
        return router.route(span, at: instant())
    }

    /// Cuts a scan to the shard where it goes on, which also decides its key. Returns whether that shard is known.
    private func clip(_ slot: Slot) -> Bool {
        guard case .scan(let page) = slot.operation else { return true }
        let shard: (stamp: RouteStamp, start: Key, end: Key)?
        if page.isReverse {
            shard = router.shard(below: page.end)
        } else {
            // Safe because bytes have no padding.
            shard = unsafe router.shard(of: page.start.bytes.span.bytes)
        }
        guard let shard else { return false }
        let clip = page.clipped(to: shard.start, shard.end)
        slot.clip = clip
        slot.key = clip.start
        return true
    }

    private func send(_ slot: Slot, over link: NodeLink, to node: NodeID?, _ stamp: RouteStamp) {
        guard let connection = link.next() else {
            link.waiting.append(slot.reference)
            connect(link)
            return
        }
        guard prepareWrite(slot) else {
            return complete(slot, .failure(.tooManyInFlight))
        }
        slot.generation &+= 1
        slot.phase = .sent
        slot.attempt += 1
        slot.link = link
        slot.connection = (connection.attachment as? LinkAttachment)?.serial ?? 0
        slot.node = node
        slot.shard = stamp.shard
        slot.version = stamp.version
        if link.inFlight == 0 { link.heardAt = turnTime() }
        link.inFlight += 1
        guard encode(slot, stamp, connection) else {
            let error = ClientError(.invalidRequest, "the request is too large: send less at once")
            return complete(slot, .failure(error))
        }
        scheduleFlush(link)
    }

    /// Appends the request's frame to what the connection will send. Returns false when it is longer than a node
    /// accepts.
    private func encode(_ slot: Slot, _ stamp: RouteStamp, _ connection: FramedConnection) -> Bool {
        guard let body = body(slot, stamp) else { return false }
        let left = max(0, (slot.deadline - turnTime()).nanoseconds / 1_000_000)
        let request = ClientRequest(
            id: slot.reference.rawValue, timeoutMilliseconds: UInt32(clamping: left), body: body)
        var fits = true
        // A connection that takes no more is being closed, and that ends this attempt like all others on it.
        connection.writeFrame { fits = request.encode(into: &$0) }
        return fits
    }

    private func body(_ slot: Slot, _ stamp: RouteStamp) -> ClientRequest.Body? {
        switch slot.operation {
        case .get(let consistency):
            guard let key = slot.key, let list = try? KeyList(key) else { return nil }
            return .get(GetRequest(route: stamp, consistency: consistency, keys: list))
        case .getMany(let keys, let consistency):
            return .get(GetRequest(route: stamp, consistency: consistency, keys: keys))
        case .write(let operations, let count):
            return .write(
                WriteRequest(
                    route: stamp, session: slot.session, sequence: slot.sequence,
                    doneBelow: doneBelow(slot.session), issuedAt: slot.issuedAt,
                    operationCount: UInt32(clamping: count), operations: operations))
        case .scan(let page):
            guard let clip = slot.clip else { return nil }
            return .scan(
                ScanRequest(
                    route: stamp, consistency: page.consistency, start: clip.start, end: clip.end,
                    isReverse: page.isReverse, keysOnly: page.keysOnly, rowLimit: page.rowLimit, byteLimit: 0))
        case .routes(let includesSystem):
            return .routes(RoutesRequest(key: nil, includesSystem: includesSystem))
        case .lookup:
            return .routes(RoutesRequest(key: nil, includesSystem: false))
        case .status:
            return .status
        case .placement(_, let request):
            return .placement(request)
        case .check(_, let request):
            return .check(request)
        case .expiringPut:
            return nil
        }
    }

    /// One flush per turn, after all requests of the turn.
    private func scheduleFlush(_ link: NodeLink) {
        link.needsFlush = true
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        isNowFresh = true
        loop.execute { self.flush() }
    }

    private func flush() {
        isFlushScheduled = false
        isNowFresh = false
        for link in links where link.needsFlush {
            link.needsFlush = false
            for connection in link.connections { connection.flush() }
        }
    }
}
