import Host
import Keyspace
import NIOCore
import Placement
import Raft
import Storage
import Wire

/// A whole cluster and its clients in virtual time, in one thread, from one seed: the production `Host`, `Raft`,
/// `Routing`, `Wire` and schema on a network, disks and clocks that do whatever those may do (RELIABILITY §2). The
/// same options give the same story, event by event.
///
/// Safety first: for `SimulationOptions.milliseconds` drawn faults happen while clients work, and checkers look at
/// every step. Then liveness: only a quorum is healed, and must serve; last, everything that can be healed is, and all
/// replicas must come to the same end.
package final class Simulation {
    let options: SimulationOptions
    let mix: FaultMix

    /// True time, in nanoseconds.
    var now: Int64 = 0
    var queue = EventQueue()
    var trace = Trace()
    var probes = ProbeCounts()
    /// The first thing that was found; nothing happens after it.
    private(set) var failure: SimulationFailure?

    var network: Chance
    var processes: Chance
    var faultChance: Chance
    var clientChance: Chance
    var checkChance: Chance
    var splitChance: Chance
    var placementChance: Chance
    var mergeChance: Chance
    var reportChance: Chance

    let record: BootstrapRecord
    /// The user shards; the system shard is simulated like any other but has no clients.
    let userShards: [Descriptor]
    let limits: HostLimits
    /// What placement goes by; nil where it rests.
    var placementRules: PlacementRules?
    /// Nodes that administrators want something else of than to serve.
    var onDuty: Set<NodeID> = []
    private(set) var nodes: [SimulatedNode] = []
    /// From node (row) to node (column).
    let ways: [[NetworkWay]]
    var nextConnection = 1
    var clients: [SimulatedClient] = []
    var nextRequest: UInt64 = 1
    /// Who waits for the answer with this id.
    var waiting: [UInt64: Waiter] = [:]
    /// Values written by probes, so that none is written twice.
    var probesSent = 0
    var checker: ConsensusChecker
    var history = HistoryChecker()
    var ranges: RangeChecker
    /// What the counter of the system shard would give out next.
    var nextShard: ShardID
    var operationsEnded = 0
    var diskOperations = 0
    var faultCounts: [FaultKind: Int] = [:]

    /// Whether faults happen.
    var isFaulty = false
    /// Whether clients begin new operations.
    var isBusy = false
    /// Nodes that are left as they are while a quorum must do without them.
    var isQuorumPhase = false
    var isDelaying = false
    var isTearing = false
    var isCorrupting = false
    var isLosingRequests = false
    /// Whether some node had to go by a wrong clock, alone as it was: replicated time may be anything since.
    var isTimeTainted = false
    /// Shards whose members are being changed.
    var changing: Set<ShardID> = []
    /// The shards' rows in the system shard, and what was reported in the present term of its leader.
    var rows: [ShardID: Descriptor] = [:]
    var rowReports: (term: Term, reports: RowReports)?
    /// The user shards' rows as a map.
    var reportedRoutes: RangeMap
    /// By stream: what the state held when a snapshot of it was opened.
    var snapshotDigests: [SnapshotTransfer: UInt64] = [:]
    /// Answers to checks that were asked for.
    var checkAnswers: [UInt64: ClientResponse.Body] = [:]
    /// Rows that silently changed, and replicas that did something else; shards that ever had one of those.
    var rots: [Rot] = []
    var strays: Set<LogName> = []
    var strayShards: Set<ShardID> = []
    /// Replicas that were read for a check while they were not as the others: they may be taken out of service later,
    /// whatever became of the row.
    var readRotten: Set<LogName> = []
    /// Whether counters are only read.
    var isCounting = false
    /// Requests that got their answer.
    var answered: Set<UInt64> = []

    /// When the story begins, in milliseconds since 1970.
    static let start: UInt64 = 1_700_000_000_000

    /// Runs one simulation from beginning to end.
    package static func run(_ options: SimulationOptions) -> SimulationReport {
        let simulation = Simulation(options)
        simulation.runStory()
        defer { simulation.end() }
        return simulation.report
    }

    private init(_ options: SimulationOptions) {
        self.options = options
        mix = FaultMix(seed: options.seed, nodes: options.nodes, allowed: options.faults)
        network = Chance(seed: options.seed, .network)
        processes = Chance(seed: options.seed, .processes)
        faultChance = Chance(seed: options.seed, .faults)
        clientChance = Chance(seed: options.seed, .clients)
        checkChance = Chance(seed: options.seed, .checks)
        splitChance = Chance(seed: options.seed, .splits)
        mergeChance = Chance(seed: options.seed, .merges)
        placementChance = Chance(seed: options.seed, .placement)
        reportChance = Chance(seed: options.seed, .reports)
        limits = Self.drawLimits(&processes, &checkChance, Chance(seed: options.seed, .bounds))
        placementRules = Self.drawPlacement(options, replicas: mix.replicas, &placementChance)
        record = Self.firstRecord(options, replicas: mix.replicas)
        checker = ConsensusChecker(record)
        userShards = Array(record.descriptors.dropFirst())
        reportedRoutes = RangeMap(userShards)
        ranges = RangeChecker(record.descriptors)
        nextShard = ShardID(1_000)
        for descriptor in record.descriptors { rows[descriptor.shard] = descriptor }
        ways = (0..<options.nodes).map { _ in (0..<options.nodes).map { _ in NetworkWay() } }
        for position in 0..<options.nodes {
            let clock = LocalClock(offset: Int64(processes.draw(1...1_000_000)) * 1_000_000)
            nodes.append(SimulatedNode(id: NodeID(UInt64(position + 1)), nodes: options.nodes, clock: clock))
        }
    }

    /// Small bounds in some seeds, so that truncation, reading back and refusals happen often.
    private static func drawLimits(
        _ chance: inout Chance, _ checkChance: inout Chance, _ boundChance: Chance
    ) -> HostLimits {
        var boundChance = boundChance
        var limits = HostLimits()
        limits.checkInterval = .milliseconds(Int64(checkChance.pick([200, 1_000, 5_000, 60_000]) ?? 0))
        limits.scanInterval = .milliseconds(Int64(checkChance.pick([0, 2_000]) ?? 0))
        limits.checkTick = .milliseconds(100)
        limits.checkPatience = .seconds(5)
        limits.checkGrace = .milliseconds(300)
        limits.condemnedTime = .milliseconds(500)
        limits.truncateAfterEntries = UInt64(chance.pick([4, 16, 64, 64]) ?? 64)
        limits.raft.cacheBytesMax = chance.pick([1_500, 20_000, limits.raft.cacheBytesMax]) ?? 0
        limits.heldApplyBytesMax = chance.pick([0, 4_096, limits.heldApplyBytesMax]) ?? 0
        limits.logWritesInFlightMax = chance.draw(1...3)
        limits.unansweredMax = chance.pick([1, 3, limits.unansweredMax, limits.unansweredMax]) ?? 1
        limits.waitingReadsMax = chance.pick([1, limits.waitingReadsMax, limits.waitingReadsMax]) ?? 1
        // One entry an append, so that one of an earlier term comes without those behind it (paper, figure 8).
        limits.raft.appendBytesMax = chance.pick([1, 500, limits.raft.appendBytesMax]) ?? 1
        // Who lacks more gets a snapshot.
        limits.raft.slowFollowerEntriesMax = chance.pick([4, 30, 200, limits.raft.slowFollowerEntriesMax]) ?? 0
        limits.raft.barrierBytesMax = boundChance.pick([1, 3_000, limits.raft.barrierBytesMax]) ?? 1
        return limits
    }

    /// The user keyspace is cut at one byte a shard.
    private static func firstRecord(_ options: SimulationOptions, replicas: Int) -> BootstrapRecord {
        let nodes = (1...options.nodes).map { number in
            NodeAddress(node: NodeID(UInt64(number)), address: "n\(number):1", incarnation: UInt64(number))
        }
        let borders = (1..<max(2, options.shards)).map { Key.user([UInt8(truncatingIfNeeded: $0)]) }
        var record = Bootstrap.record(
            cluster: ClusterID(high: 1, low: options.seed), nodes: nodes,
            borders: options.shards > 1 ? borders : [], createdMilliseconds: start - 1)
        for position in record.descriptors.indices {
            let voters = record.descriptors[position].configuration.voters
            record.descriptors[position].configuration = Configuration(voters: Array(voters.prefix(replicas)))
        }
        return record
    }

    func node(_ id: NodeID) -> SimulatedNode? {
        let position = Int(truncatingIfNeeded: id.rawValue) - 1
        return nodes.indices.contains(position) ? nodes[position] : nil
    }

    /// Something is not as it must be: the story ends here.
    func fail(_ text: String) {
        if failure == nil { failure = SimulationFailure(milliseconds: Int(now / 1_000_000), text: text) }
    }

    /// Runs what may throw only if the store is broken, which must not happen here.
    func storing(_ node: SimulatedNode, _ body: () throws -> Void) {
        do { try body() } catch { fail("node \(node.id): \(error)") }
    }

    /// Breaks the cycles between the cluster and what it has scheduled.
    private func end() {
        queue.removeAll()
        waiting.removeAll()
        for node in nodes { node.deferred.removeAll() }
    }

    private var report: SimulationReport {
        SimulationReport(
            seed: options.seed, failure: failure, traceHash: trace.description,
            virtualMilliseconds: Int(now / 1_000_000), operations: operationsEnded,
            diskOperations: diskOperations, events: queue.scheduled,
            probes: probes,
            faults: FaultKind.allCases.compactMap { kind in faultCounts[kind].map { (kind, $0) } })
    }
}
