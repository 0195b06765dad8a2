import Control
import Host
import Keyspace
import NIOCore
import Placement
import Raft
import Storage
import Wire

/// Placement as the server drives it: the controller lives where the system shard is led, its rows are written and read
/// through that shard, nodes report to it, and shards' leaders do its steps.
extension Simulation {
    /// Requests of a process to its own host name this connection.
    static let ownConnection: UInt64 = 4

    /// Placement is at work in a part of the seeds.
    static func drawPlacement(
        _ options: SimulationOptions, replicas: Int, _ chance: inout Chance
    ) -> PlacementRules? {
        guard options.placement, options.nodes >= 3, !options.isEventful, chance.happens(percent: 35) else {
            return nil
        }
        var rules = PlacementRules()
        rules.replication = ReplicationFactor(rawValue: replicas) ?? .three
        rules.limits.downAfter = .seconds(3)
        rules.repairAfter = .seconds(chance.pick([4, 8, 60]) ?? 8)
        // Sizes and loads are not simulated.
        rules.splitBytes = ByteCount(.max)
        rules.splitLoad = LaneShare(perMille: 1_000_000_000)
        rules.mergeAfter = chance.pick([.seconds(1), .seconds(4), neverMerged]) ?? neverMerged
        return rules
    }

    /// Longer than any story.
    static let neverMerged = Interval(nanoseconds: .max)

    private var systemShard: ShardID { record.descriptors[0].shard }

    /// The term in which the node leads placement, not in doubt.
    private func leadingTerm(_ node: SimulatedNode) -> Term? {
        guard let replica = node.host.replica(of: systemShard), replica.group.role == .leader, !replica.isRetired,
            node.host.reachesQuorum(replica, now: instant(node))
        else { return nil }
        return replica.group.term
    }

    /// Every 100 ms of the process's life.
    func placementTick(_ node: SimulatedNode) {
        guard let placementRules else { return }
        after(100_000, on: node) { [unowned self] in placementTick(node) }
        let term = node.asking { $0.term(of: systemShard) }
        if let controller = node.placement.controller, controller.term != term {
            for effect in node.placement.controller?.giveUp("the leader has changed") ?? [] { perform(effect, node) }
            node.placement.controller = nil
        }
        guard let term = leadingTerm(node) else { return }
        if node.placement.controller == nil {
            probes.hit(.placementLed)
            node.placement.controller = Controller(node: node.id, term: term, rules: placementRules, now: instant(node))
        }
        look(node)
    }

    private func look(_ node: SimulatedNode) {
        guard let controller = node.placement.controller, leadingTerm(node) == controller.term else { return }
        if controller.needsRows { readRows(node) }
        let effects = node.placement.controller?.look(now: instant(node)) ?? []
        for effect in effects { perform(effect, node) }
        scheduleTurn(node)
    }

    private func perform(_ effect: ControlEffect, _ node: SimulatedNode) {
        switch effect {
        case .send(let notice, let id):
            if let peer = self.node(id) { send(notice, from: node, to: peer) }
        case .write(let rows): write(rows, node)
        case .note(let text, let shard): noted(text, shard)
        case .trouble(let text): fail("node \(node.id): \(text)")
        case .readNodes:
            let term = node.placement.controller?.term
            after(0, on: node) { [unowned self] in
                guard node.placement.controller?.term == term else { return }
                node.placement.controller?.relearn(nodes.map { ($0.id, [:]) })
            }
        case .answer(let number, let result): administratorAnswered(number, result, node)
        }
    }

    private func noted(_ text: String, _ shard: ShardID) {
        trace.note(.request, now, shard.rawValue, UInt64(text.utf8.count))
        if text == "an operator is done" { probes.hit(.operatorDone) }
        if text.hasPrefix("an operator ended early") { probes.hit(.operatorFailed) }
    }

    // MARK: Rows

    /// A request of the process to its own host.
    private func submit(
        _ body: ClientRequest.Body, _ node: SimulatedNode, then: @escaping (ClientResponse.Body) -> Void
    ) {
        let id = nextRequest
        nextRequest += 1
        node.placement.waiting[id] = then
        let reference = RequestReference(connection: Self.ownConnection, id: id)
        switch body {
        case .write(let write): node.host.write(write, from: reference, isInternal: true, now: instant(node))
        case .scan(let scan):
            node.host.read(PendingRead(reference: reference, body: .scan(scan)), route: scan.route)
        default: fail("placement asks for \(body)")
        }
        scheduleTurn(node)
    }

    func answered(_ answer: Answer, _ node: SimulatedNode) {
        node.placement.waiting.removeValue(forKey: answer.reference.id)?(answer.body)
    }

    private func route(_ node: SimulatedNode) -> RouteStamp? {
        node.host.replica(of: systemShard).map {
            RouteStamp(shard: systemShard, version: $0.descriptor.epoch.version)
        }
    }

    private func write(_ rows: [RowWrite], _ node: SimulatedNode) {
        let term = node.placement.controller?.term
        let done = { [unowned self] (versions: [Timestamp?]?) in
            guard node.placement.controller?.term == term else { return }
            node.placement.controller?.wrote(versions, now: instant(node))
            after(0, on: node) { [unowned self] in look(node) }
        }
        guard let route = route(node), let write = try? WriteRequest(rows, route: route) else { return done(nil) }
        submit(.write(write), node) { body in
            guard case .written(let result) = body else { return done(nil) }
            done(result.rowVersions)
        }
    }

    private func readRows(_ node: SimulatedNode) {
        guard !node.placement.isReading, let term = node.placement.controller?.term else { return }
        node.placement.isReading = true
        var found = ControlRows()
        found.nodes = nodes.map { ($0.id, [:]) }
        found.shards = rows.values.sorted { $0.shard < $1.shard }
        let ranges = [SystemRow.duties, SystemRow.settings, SystemRow.operators]
        read(ranges, into: found, node) { [unowned self] rows in
            node.placement.isReading = false
            guard var rows, node.placement.controller?.term == term else { return }
            rows.readMilliseconds = node.host.trustedMilliseconds(at: instant(node))
            node.placement.controller?.begin(rows, now: instant(node))
            after(0, on: node) { [unowned self] in look(node) }
        }
    }

    private func read(
        _ ranges: [KeyRange], into found: ControlRows, _ node: SimulatedNode,
        then done: @escaping (ControlRows?) -> Void
    ) {
        guard let range = ranges.first else { return done(found) }
        guard let route = route(node) else { return done(nil) }
        let scan = ScanRequest(route: route, consistency: .linearizable, start: range.start, end: range.end)
        submit(.scan(scan), node) { [unowned self] body in
            guard case .page(let page) = body else { return done(nil) }
            var found = found
            var cursor = page.cursor()
            while let row = cursor.next() {
                var value = ByteBuffer()
                value.writeBytes(page.rows.readableBytesSpan.extracting(row.value))
                let key = Key(copying: page.rows.readableBytesSpan.extracting(row.key))
                found.take(key, value, row.version)
            }
            guard let resume = page.resume, resume < range.end else {
                return read(Array(ranges.dropFirst()), into: found, node, then: done)
            }
            read([KeyRange(start: resume, end: range.end)] + ranges.dropFirst(), into: found, node, then: done)
        }
    }

    // MARK: Reports and steps

    /// Whether a notice is placement's.
    func hearPlacement(_ notice: ReplicaNotice, from peer: SimulatedNode, on node: SimulatedNode) -> Bool {
        switch notice {
        case .call(let term, let isForAll): report(node, to: peer, term, isForAll)
        case .changed(let number, let descriptor) where number & Controller.numberBit != 0:
            probes.hit(.stepDone)
            node.placement.controller?.answered(number, .success(descriptor), now: instant(node))
        case .refused(let number, let error) where number & Controller.numberBit != 0:
            probes.hit(.stepRefused)
            node.placement.controller?.answered(number, .failure(error), now: instant(node))
        // What nobody could survive is not done here either: see `mayChange`.
        case .request(let number, let request) where number & Controller.numberBit != 0: return !mayChange(request)
        default: return false
        }
        return true
    }

    private func report(_ node: SimulatedNode, to caller: SimulatedNode, _ term: Term, _ isForAll: Bool) {
        let shards = node.host.replicas.indices.compactMap { node.host.ledShard(at: $0) }
        let news = node.placement.diary.news(of: shards, for: caller.id, term: term, isForAll: isForAll)
        let snapshots = node.host.snapshotsUnderWay
        let figures = PlacementReport.NodeFigures(
            capacityBytes: 1 << 40, freeBytes: node.isDiskFull ? 0 : 1 << 39,
            isSuspect: node.host.forgottenNumber != nil,
            isUnfitToLead: node.host.oldestSyncMilliseconds > limits.slowSyncMilliseconds,
            receivingSnapshots: UInt16(clamping: snapshots.receiving),
            sendingSnapshots: UInt16(clamping: snapshots.sending))
        for frame in ReportDiary.frames(term: term, node: figures, shards: news) {
            guard caller !== node else {
                after(0, on: node) { [unowned self] in hear(frame, from: node, on: node) }
                continue
            }
            var buffer = ByteBuffer()
            frame.encode(into: &buffer)
            post(.bytes(buffer, isCorrupt: false), from: node, to: caller, .bulk)
        }
    }

    func hear(_ report: PlacementReport, from peer: SimulatedNode, on node: SimulatedNode) {
        node.placement.controller?.hear(report, from: peer.id, now: instant(node))
    }
}
