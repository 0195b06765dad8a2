import Control
import Host
import Keyspace
import Logging
import NIOCore
import Placement
import Raft
import Storage
import Transport
import Wire

/// Placement on this node. While the node leads the system shard a `Controller` decides, and this reads and writes its
/// rows and sends what it says; at all times it answers the node that leads.
///
/// Safe because every access is on the lane's loop.
final class PlacementService: @unchecked Sendable {
    unowned let lane: Lane
    unowned let membership: Membership
    let rules: PlacementRules
    private(set) var controller: Controller?
    var reporter: PlacementReporter

    /// Administrators that wait for an answer, by the controller's numbers.
    private var askers: [UInt64: RequestReference] = [:]
    private var nextAsker: UInt64 = 1
    private var isReading = false
    private var isLookScheduled = false

    init(lane: Lane, membership: Membership, settings: PlacementSettings) {
        self.lane = lane
        self.membership = membership
        reporter = PlacementReporter(splitBytes: settings.shardBytes)
        rules = settings.rules
    }

    /// Whether this node leads placement; not in doubt, since it holds a lease.
    private var term: Term? {
        guard let term = membership.leadingTerm, let replica = membership.shard.replica,
            lane.host.reachesQuorum(replica, now: SteadyClock.now())
        else { return nil }
        return term
    }

    /// The node's clockwork; every 100 ms.
    func tick() {
        if membership.leadingTerm != controller?.term { endController() }
        guard let term, lane.drain != .stopped else { return }
        if controller == nil {
            controller = Controller(
                node: lane.identity.node, term: term, rules: rules, now: SteadyClock.now())
            lane.telemetry.log.info("placement is led here", metadata: ["term": "\(term)"])
        }
        look()
    }

    /// What is to be done now. Only with a lease: who took the leadership over acts, not this node.
    private func look() {
        guard term == controller?.term, let needsRows = controller?.needsRows else { return }
        if needsRows { readRows() }
        guard let effects = controller?.look(now: SteadyClock.now()), !effects.isEmpty else { return }
        for effect in effects { perform(effect) }
        lane.links?.flushAll()
        lane.scheduleTurn()
    }

    /// Looks once after all that has come in this tick.
    private func scheduleLook() {
        guard !isLookScheduled else { return }
        isLookScheduled = true
        lane.loop.execute { [self] in
            isLookScheduled = false
            look()
        }
    }

    private func endController() {
        guard controller != nil else { return }
        let answers = controller?.giveUp("the leader of the system shard has changed: try again") ?? []
        controller = nil
        for answer in answers { perform(answer) }
        lane.flushClients()
    }

    private func perform(_ effect: ControlEffect) {
        switch effect {
        case .send(let notice, let node): lane.send(notice, to: node)
        case .write(let rows): write(rows)
        case .readNodes: readNodes()
        case .trouble(let text): lane.telemetry.log.error("\(text)")
        case .note(let text, let shard): lane.telemetry.log.notice("\(text)", metadata: ["shard": "\(shard)"])
        case .answer(let number, let result):
            guard let reference = askers.removeValue(forKey: number) else { return }
            switch result {
            case .success(let answer): lane.respond(reference, .placement(answer))
            case .failure(let error): lane.respond(reference, .failure(error))
            }
        }
    }

    private func write(_ rows: [RowWrite]) {
        let term = controller?.term
        membership.shard.set(rows) { [self] versions in
            // A later leadership has a controller that knows nothing of this write, and reads the rows.
            guard controller?.term == term else { return }
            controller?.wrote(versions, now: SteadyClock.now())
            scheduleLook()
        }
    }

    private func readRows() {
        guard !isReading, let term = controller?.term else { return }
        isReading = true
        PlacementRows(shard: membership.shard).read { [self] rows in
            isReading = false
            guard var rows, controller?.term == term else { return }
            let now = SteadyClock.now()
            rows.readMilliseconds = lane.host.trustedMilliseconds(at: now)
            controller?.begin(rows, now: now)
            scheduleLook()
        }
    }

    private func readNodes() {
        let term = controller?.term
        membership.shard.rows(in: SystemRow.nodes) { [self] result in
            guard case .success(let found) = result, let rows = try? NodeRow.decode(found), controller?.term == term
            else { return }
            lane.host.learn(rows.map(\.address))
            controller?.relearn(rows.map { ($0.node, $0.record.labels) })
            scheduleLook()
        }
    }
}

extension PlacementService {
    /// A request of an administrator.
    func ask(_ request: PlacementRequest, _ reference: RequestReference) {
        guard term != nil, controller?.term == term else {
            return lane.respond(reference, .failure(.notLeader(hint: membership.systemLeader())))
        }
        let number = nextAsker
        nextAsker += 1
        askers[number] = reference
        controller?.ask(request, number: number)
        scheduleLook()
    }

    /// The answer of a shard's leader to a step.
    func answered(_ number: UInt64, _ result: Result<Descriptor, RequestError>) {
        controller?.answered(number, result, now: SteadyClock.now())
        scheduleLook()
    }

    /// A node's report.
    func hear(_ report: PlacementReport, from node: NodeID) {
        guard controller != nil else { return }
        controller?.hear(report, from: node, now: SteadyClock.now())
        scheduleLook()
    }

    /// What a shard's leader has applied, as it reports it for the map's row.
    func learn(_ descriptor: Descriptor) { controller?.learn(descriptor) }

    /// The nodes, as their rows say.
    func learn(_ nodes: [NodeRow]) { controller?.learn(nodes.map { ($0.node, $0.record.labels) }) }

    /// The leader of placement asks how this node is.
    func report(to caller: NodeID, term: Term, isForAll: Bool) {
        for frame in reporter.frames(of: lane, for: caller, term: term, isForAll: isForAll) {
            guard caller != lane.identity.node else {
                lane.loop.execute { [self] in hear(frame, from: caller) }
                continue
            }
            lane.links?.sendFrame(to: caller, channel: .bulk) { buffer in frame.encode(into: &buffer) }
        }
        lane.links?.flushAll()
        reporter.sizes.measure(lane) { [self] measured in
            reporter.sizes.take(measured)
            for (shard, size) in measured {
                lane.host.note(bytes: size.estimate.bytes, of: shard, version: size.version)
            }
        }
    }
}
