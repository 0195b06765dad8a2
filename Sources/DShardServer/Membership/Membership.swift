import Host
import Keyspace
import Logging
import NIOCore
import Raft
import Transport
import Wire

/// Who belongs to the cluster. The `nodes/` rows of the system shard are the truth (rules 17, 36): the node that leads
/// that shard reads them when it begins to lead, after each change and every few seconds, and takes new nodes in; all
/// others hear of the nodes in control frames.
///
/// Safe because every access is on the lane's loop.
final class Membership: @unchecked Sendable {
    unowned let lane: Lane
    /// What the operator says of this node's machine.
    let labels: [String: String]
    let routes: RouteSource
    let shard: SystemShard
    /// Who moves replicas.
    private(set) var placement: PlacementService?

    /// Nodes that wait to be taken in; the first one's rows are being read or written while `isAdmitting`.
    var waiting: [JoinCall] = []
    var isAdmitting = false

    /// Reports of shards that wait; the first one's rows are being read or written while `isRecording`.
    var reports: [ShardReport] = []
    var isRecording = false
    /// What was reported in this term of leadership.
    var rowReports = RowReports()
    var reportTerm: Term?

    private var timer: RepeatedTask?
    /// The state of the host's addresses that the links have.
    private var linked: UInt64 = 0
    private var isReading = false
    /// The term of this node's leadership in which the rows were last read, and when.
    private var readTerm: Term?
    private var readAt = Instant.distantPast
    /// The term in which one did not read.
    private var unreadableTerm: Term?

    /// How often this looks at what there is to do.
    private static let interval = TimeAmount.milliseconds(100)
    /// The leader reads the rows again after this time.
    private static let rereadInterval = Interval.seconds(5)
    /// A leader of the system shard that was named longer ago than this counts for nothing.
    private static let leaderNamedMax = Interval.seconds(3)

    init(lane: Lane, labels: [String: String], settings: PlacementSettings) {
        self.lane = lane
        self.labels = labels
        routes = RouteSource(lane: lane)
        shard = SystemShard(lane: lane)
        placement = PlacementService(lane: lane, membership: self, settings: settings)
    }

    /// Starts the clockwork. On the loop.
    func start() {
        timer = lane.loop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { [unowned self] _ in tick() }
    }

    /// Ends it, and with it everything that runs beside the loop.
    func stop() async {
        try? await lane.loop.submit { [self] in
            timer?.cancel()
            for call in waiting { call.reply(.refused(JoinRefusal.wait("the node is shutting down").line)) }
            waiting = []
        }.get()
        await routes.stop()
    }

    private func tick() {
        if lane.host.addressesNumber != linked {
            linked = lane.host.addressesNumber
            lane.links?.update(lane.host.addresses)
        }
        readRowsIfDue()
        if shard.replica == nil { routes.refresh() }
        placement?.tick()
    }

    private func readRowsIfDue() {
        guard !isReading, let term = leadingTerm else { return }
        let now = SteadyClock.now()
        guard term != readTerm || now - readAt >= Self.rereadInterval else { return }
        isReading = true
        shard.rows(in: SystemRow.nodes) { [self] result in
            isReading = false
            guard case .success(let found) = result, let rows = decode(found, term) else { return }
            readTerm = term
            readAt = SteadyClock.now()
            lane.host.learn(rows.map(\.address))
            placement?.learn(rows)
        }
    }

    /// Nil when one does not read: its node must not be forgotten. That is said once in a leadership.
    private func decode(_ rows: [SystemShard.Row], _ term: Term) -> [NodeRow]? {
        do throws(WireError) {
            return try NodeRow.decode(rows)
        } catch {
            if unreadableTerm != term { lane.telemetry.log.error("a row of a node cannot be read: \(error)") }
            unreadableTerm = term
            return nil
        }
    }

    /// Has the rows read again at the next tick.
    func rereadRows() { readAt = .distantPast }

    /// The node that leads the system shard, as far as this one knows.
    func systemLeader() -> NodeAddress? {
        guard let replica = shard.replica else { return routes.systemLeader().flatMap { lane.host.address(of: $0) } }
        guard let leader = replica.group.leader, leader.node != lane.host.node else { return nil }
        return lane.host.address(of: leader.node)
    }

    /// The term in which this node leads the system shard; nil when it does not.
    var leadingTerm: Term? {
        guard let group = shard.replica?.group, group.role == .leader else { return nil }
        return group.term
    }

    /// What a node without a replica of the system shard lacks to serve; nil when it hears that shard's leader.
    func trouble(now: Instant) -> String? {
        guard let leader = routes.systemLeader(), routes.age(now: now) <= Self.leaderNamedMax else {
            return "no leader of the system shard is known"
        }
        let heard = lane.host.peerStates(now: now).first { $0.node == leader }?.heardMillisecondsAgo ?? .max
        let limit = UInt64(clamping: lane.host.limits.raft.electionTimeoutMin.milliseconds)
        return heard < limit ? nil : "the leader of the system shard, node \(leader), is not reached"
    }
}
