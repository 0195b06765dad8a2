internal import Keyspace
internal import Raft

/// The work of one pass: it looks at everything once, then plans from the most urgent down until nothing is left to do
/// or the limits are reached. Nodes and shards are numbered by their positions in the view.
struct Pass {
    let view: ClusterView
    let rules: PlacementRules
    let now: Instant
    let topology: Topology
    /// One more than the view has: the last stands for every node that a shard names and the view lacks.
    var nodes: [NodeTally]
    var cursors: Cursors
    var plan = Plan()

    /// Node positions of the replicas of all shards, one shard after the other…
    var members: [Int32] = []
    /// …and where each shard's begin; one more at the end.
    var offsets: [Int32] = []
    /// Where each shard's leader is; -1 when unknown.
    var leaders: [Int32]
    /// In an operator, running or planned.
    var isBusy: [Bool]
    /// As it should be in every respect, so that balance may touch it.
    var isMovable: [Bool]
    var work = Worklist()
    /// Operators that run on, with the number of the next step.
    var running: [(planned: Operator, next: Int)] = []

    /// The shards by the nodes that hold them, and by those that lead them; made when needed.
    var replicaIndex = ShardIndex()
    var leaderIndex = ShardIndex()
    /// Where the shards of running operators are.
    var runningPositions: [ShardID: Int] = [:]

    private let directory: NodeDirectory
    /// Voters of the system shard.
    let systemReplication: ReplicationFactor

    var limits: PlacementLimits { rules.limits }

    init(view: ClusterView, rules: PlacementRules, now: Instant, cursors: Cursors = Cursors()) {
        self.view = view
        self.rules = rules
        self.now = now
        self.cursors = cursors
        let ghost = NodeView(id: NodeID(0), capacity: .zero, free: .zero)
        let all = view.nodes + [ghost]
        topology = Topology(all, spreadBy: rules.spreadBy)
        nodes = all.map { node in
            NodeTally(node, health: node.health(leadingSince: view.leadingSince, rules: rules, now: now))
        }
        directory = NodeDirectory(view.nodes)
        leaders = [Int32](repeating: -1, count: view.shards.count)
        isBusy = [Bool](repeating: false, count: view.shards.count)
        isMovable = [Bool](repeating: false, count: view.shards.count)
        let lasting = view.nodes.count { $0.duty != .decommissioning }
        systemReplication = rules.systemReplication(nodes: lasting)
    }

    mutating func run() {
        prepare()
        // What a pass plans first gets the places on the nodes; so the order is that of `Operator.Priority`.
        repairAll()
        drainAll()
        evacuateAll()
        tidyAll()
        spreadAll()
        splitAll()
        spreadLoad()
        spreadLeaders()
        // Whatever waits for a place is served before balance takes any.
        guard !work.isWaiting else { return }
        shedFullDisks()
        balanceReplicas()
        balanceBytes()
        mergeAll()
    }

    /// Looks at the running operators and at every shard.
    mutating func prepare() {
        settle()
        if !view.leftAlone.isEmpty {
            for position in view.shards.indices where view.leftAlone.contains(view.shards[position].id) {
                isBusy[position] = true
            }
        }
        survey()
    }

    /// The number of a node; the last one for a node that the view lacks.
    func position(of node: NodeID) -> Int { directory[node] }

    /// Voters that `shard` is to have.
    func wantedVoters(_ shard: ShardView) -> Int {
        shard.isSystem ? systemReplication.rawValue : rules.replication.rawValue
    }

    /// Whether `replica` will not come back.
    func isGone(_ replica: ReplicaView) -> Bool { isGone(replica, on: position(of: replica.member.node)) }

    func isGone(_ replica: ReplicaView, on node: Int) -> Bool {
        if replica.isSuspect || nodes[node].isGone { return true }
        return replica.downSince.map { now - $0 >= rules.repairAfter } ?? false
    }

    /// Whether `replica` does its part now.
    func isLive(_ replica: ReplicaView) -> Bool { isLive(replica, on: position(of: replica.member.node)) }

    func isLive(_ replica: ReplicaView, on node: Int) -> Bool {
        !replica.isSuspect && replica.downSince == nil && nodes[node].isUp
    }

    /// Whether `replica` could lead its shard.
    func canLead(_ replica: ReplicaView) -> Bool { canLead(replica, on: position(of: replica.member.node)) }

    mutating func report(_ shard: ShardID, _ problem: Obstacle.Problem) {
        guard plan.obstacles.count < limits.obstaclesMax else { return }
        plan.obstacles.append(Obstacle(shard: shard, problem: problem))
    }
}
