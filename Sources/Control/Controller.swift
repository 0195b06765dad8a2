internal import Keyspace
package import Placement
package import Raft
internal import Wire

/// The mind of the node that leads placement, for one term of the system shard: what it has heard, what its rows say,
/// and what it does next. A value that touches nothing.
///
/// ```
/// rows ──► begin ──┐                             ┌──► send: calls to all nodes, steps to shards' leaders
/// reports ► hear ──┼──► view ──► look(now) ──────┼──► write: rows of operators, on their versions
/// answers ►────────┘     ▲      plan, drive      └──► answer: administrators
///                        └── wrote ◄──────────────────┘
/// ```
///
/// Invariants:
/// - an operator is in the view if and only if its row says that it runs, as far as this node knows;
/// - one batch of rows is on its way at a time, and no row twice in it;
/// - after a write of unknown outcome nothing is done until the rows are read again (`needsRows`).
package struct Controller: Sendable {
    /// Of this node's leadership of the system shard.
    package let term: Term
    let node: NodeID
    let limits: ControlLimits
    var scheduler: Scheduler
    var view: ClusterView
    /// What the rows of ended and running operators say, with their versions.
    var rows: [ShardID: OperatorRow] = [:]
    var duties: [NodeID: (duty: NodeDutyCode, version: Timestamp)] = [:]
    var replicationVersion: Timestamp?
    /// The terms in which shards were last reported: of two leaders the later one is right.
    var terms: [ShardID: Term] = [:]
    /// How far the running operators are driven.
    var drives: [ShardID: Drive] = [:]
    var calls = Calls()

    /// Whether the rows have to be read before anything is done.
    package internal(set) var needsRows = true
    /// Rows that wait to be written, in order, and those that are being written.
    var waiting: [PendingRow] = []
    var inFlight: [PendingRow] = []
    /// Administrators that wait until nothing is on its way, in the order of their coming.
    var askers: [(number: UInt64, request: PlacementRequest)] = []
    var effects: [ControlEffect] = []
    var obstacles: [Obstacle] = []
    /// Operators that have ended, the latest last: whoever waits for one is told although another has followed.
    var endings: [OperatorStatus] = []

    /// Rows that do not read: their shards are left alone.
    package internal(set) var unreadable: [UnreadableRow] = []
    var readAt = Instant.distantPast
    /// Shards with a row of an ended operator that were not in the map at the last sweep.
    var missing: Set<ShardID> = []
    var sweptAt = Instant.distantPast
    /// A request that would be refused for lack of nodes, until when it waits for news of them, and whether their rows
    /// were read since.
    var recheck: (number: UInt64, until: Instant, isRead: Bool)?

    let beganAt: Instant
    var plannedAt = Instant.distantPast
    var isPlanHurried = false
    var nextNumber: UInt64 = 1

    /// Numbers of this controller's requests have this bit; those of a node's host do not.
    package static let numberBit: UInt64 = 1 << 63

    /// A controller that knows nothing yet. `term` is that of the leadership that has begun.
    package init(
        node: NodeID, term: Term, rules: PlacementRules, limits: ControlLimits = ControlLimits(), now: Instant
    ) {
        self.node = node
        self.term = term
        self.limits = limits
        scheduler = Scheduler(rules: rules)
        view = ClusterView(leadingSince: now)
        beganAt = now
    }

    /// What the row of a shard's last operator says.
    struct OperatorRow: Sendable {
        var record: OperatorRecord
        var version: Timestamp
    }

    /// How far the driver is with an operator.
    struct Drive: Sendable {
        /// The step that was asked for last.
        var step = -1
        /// Names the request that waits for an answer; zero for none.
        var number: UInt64 = 0
        /// Nothing is asked before this.
        var nextAt = Instant.distantPast
        /// Who is said to lead, by one that does not.
        var hint: NodeID?
        /// The last refusal, for people.
        var refusal: String?
        /// Since when the step is called senseless, each time.
        var senselessSince: Instant?
    }

    /// A row that is to be written, and what follows when it is.
    struct PendingRow: Sendable {
        var kind: Kind
        /// The administrator who waits for it; zero for none.
        var asker: UInt64 = 0

        enum Kind: Sendable {
            case end(ShardID, failure: String?)
            case create(Operator)
            case duty(NodeID, NodeDutyCode)
            case replication(ReplicationFactor)
            /// The row of the last operator of a shard that is no more.
            case forget(ShardID)
        }
    }

    /// When nodes were asked.
    struct Calls: Sendable {
        var all = Instant.distantPast
        var hurried = Instant.distantPast
        /// Nodes that have answered with everything since this leadership began.
        var heard: Set<NodeID> = []
    }

    /// One look at everything that is due, about every 100 ms and after each event. Returns what is to be done.
    package mutating func look(now: Instant) -> [ControlEffect] {
        callNodes(now: now)
        if let stop = unreadable.first(where: { $0.shard == nil }) {
            refuseChanges("placement stands still: \(stop)", now: now)
            // Somebody may mend it.
            if now - readAt >= limits.rereadInterval { needsRows = true }
        } else if !needsRows {
            serveAskers(now: now)
            drive(now: now)
            plan(now: now)
            flush()
        }
        defer { effects = [] }
        return effects
    }

    /// Whether enough was heard to plan: a node that was not asked yet is no better than a dead one.
    func isSettled(now: Instant) -> Bool {
        now - beganAt >= limits.settleTime || view.nodes.allSatisfy { calls.heard.contains($0.id) }
    }

    /// Forgets what is needed by nobody any more: the leadership is over, or the rows are read again.
    package mutating func giveUp(_ reason: String) -> [ControlEffect] {
        // What is on its way may be written all the same.
        let written = inFlight.map(\.asker).filter { $0 != 0 }
        let numbers = waiting.map(\.asker).filter { $0 != 0 } + askers.map(\.number)
        (waiting, inFlight, askers) = ([], [], [])
        return written.map { .answer($0, .failure(.ambiguous)) }
            + numbers.map { .answer($0, .failure(.unavailable(reason))) }
    }
}
