import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// Some hosts in virtual time: their disks, their network, their clients and what goes wrong with all of them. Each
/// node does with the host's effects what the server's lane does. The same seed gives the same story.
final class HostCluster {
    let seed: UInt64
    var random: SeededRandom
    /// True time, in nanoseconds.
    var now: Int64 = 0
    var queue = EventQueue()
    let descriptors: [Descriptor]
    let nodes: [ClusterNode]
    var limits: HostLimits
    /// From node (row) to node (column).
    var ways: [[NetworkWay]]
    var nextConnection = 1
    var history = ClusterHistory()
    var clients: [ClusterClient] = []
    /// Who waits for the answer with this id, and for which of its operations.
    var waiting: [UInt64: (client: ClusterClient, operation: Int)] = [:]
    var nextRequest: UInt64 = 1
    /// The range of one way through the network, in microseconds.
    var latency = 100...1_500
    /// Whether clients begin new operations and faults happen.
    var isBusy = false
    /// What happened to snapshots.
    var snapshots = (chunks: 0, resumed: 0, installed: 0)
    /// Answers to changes of replicas, by their number.
    var changeAnswers: [UInt64: Result<Descriptor, RequestError>] = [:]
    /// Both parts of splits, by the number of the request.
    var splitAnswers: [UInt64: [Descriptor]] = [:]
    /// What checks have found, by the number of the request.
    var checkAnswers: [UInt64: ShardCheck] = [:]
    /// Frames that were sent, by kind.
    var framesSent: (control: Int, raft: Int) = (0, 0)

    /// `members`: how many of the nodes have replicas at first.
    init(
        seed: UInt64, shards: Int = 3, nodes count: Int = 3, members: Int? = nil, limits: HostLimits = HostLimits()
    ) throws {
        self.seed = seed
        self.limits = limits
        random = SeededRandom(seed: seed)
        descriptors = (0..<shards).map { Fixture.descriptor($0, nodes: members ?? count) }
        var nodes: [ClusterNode] = []
        for position in 0..<count {
            let clock = LocalClock(offset: Int64(random.draw(1...1_000_000)) * 1_000_000)
            nodes.append(ClusterNode(id: NodeID(UInt64(position + 1)), nodes: count, clock: clock))
        }
        self.nodes = nodes
        ways = Array(repeating: Array(repeating: NetworkWay(), count: count), count: count)
        for node in nodes {
            let own = descriptors.filter { $0.configuration.members.contains { $0.node == node.id } }
            try Fixture.create(own, in: node.engine)
            boot(node)
        }
        dialForever()
    }

    func instant(_ node: ClusterNode) -> Instant { node.clock.instant(at: now) }

    // MARK: Time

    /// Runs `action` after so many microseconds.
    func after(_ microseconds: Int, _ action: @escaping () -> Void) {
        queue.add(at: now + Int64(microseconds) * 1_000, action)
    }

    /// The same in a process: not if it ends before, and later if it is stopped then.
    func after(_ microseconds: Int, on node: ClusterNode, _ action: @escaping () -> Void) {
        schedule(at: now + Int64(microseconds) * 1_000, on: node, action)
    }

    func schedule(at time: Int64, on node: ClusterNode, _ action: @escaping () -> Void) {
        let life = node.life
        queue.add(at: time) { [self] in perform(on: node, life: life, action) }
    }

    func perform(on node: ClusterNode, life: Int, _ action: @escaping () -> Void) {
        guard node.life == life, node.isUp else { return }
        if node.isPaused {
            node.deferred.append { [self] in perform(on: node, life: life, action) }
        } else {
            action()
        }
    }

    /// Runs until `milliseconds` from now, or until nothing more is to be waited for.
    func run(milliseconds: Int, until isDone: () -> Bool = { false }) {
        let end = now + Int64(milliseconds) * 1_000_000
        while !isDone(), let time = queue.nextTime, time <= end {
            now = max(now, time)
            queue.removeFirst()?()
        }
        if !isDone() { now = max(now, end) }
    }

    /// Breaks the cycles between the cluster and what it has scheduled.
    func end() {
        queue.removeAll()
        waiting.removeAll()
        for node in nodes { node.deferred.removeAll() }
    }

    // MARK: Processes

    /// Starts a process on what its disk holds.
    func boot(_ node: ClusterNode) {
        node.life += 1
        node.isUp = true
        node.isPaused = false
        node.isTurnScheduled = false
        node.wakeUpAt = .max
        node.logMailbox = []
        node.logBusySince = nil
        node.applyMailbox = []
        node.isApplying = false
        node.scans = ScanQueue()
        node.snapshotMailbox = []
        node.isSnapshotting = false
        node.workshop = SnapshotWorkshop(
            store: node.engine, sessionWindowMilliseconds: limits.sessionWindowMilliseconds,
            chunkBytes: seed % 2 == 0 ? 1 : 100, tableBytes: 200)
        node.connections = node.connections.map { _ in 0 }
        let wall = Fixture.start + UInt64(now / 1_000_000) + UInt64(random.draw(0...300))
        node.host = Host(
            node: node.id, boot: UInt64(node.life) << 32 | random.next() >> 32 | 1, incarnation: node.id.rawValue,
            limits: limits,
            wallMilliseconds: wall, now: instant(node))
        node.host.setAddresses(
            nodes.map { NodeAddress(node: $0.id, address: "n\($0.id):1", incarnation: $0.id.rawValue) })
        node.host.mayHaveForgotten = node.hasForgotten
        recover(node)
        controlTick(node)
        scheduleTurn(node)
    }

    /// Ends a process. What it had not synced survives as `mode` says.
    func kill(_ node: ClusterNode, _ mode: CrashMode = .processDies, closesConnections: Bool = true) {
        guard node.isUp else { return }
        if closesConnections { sendCloses(from: node) }
        node.isUp = false
        node.deferred.removeAll()
        do throws(StorageError) {
            let (engine, verdict) = try node.engine.crash(mode)
            node.engine = engine
            if case .suspect(let reason) = verdict { history.fail("node \(node.id) is suspect: \(reason)") }
        } catch {
            history.fail("the crash of node \(node.id): \(error)")
        }
    }

    func pause(_ node: ClusterNode) { node.isPaused = true }

    func resume(_ node: ClusterNode) {
        guard node.isPaused else { return }
        node.isPaused = false
        let missed = node.deferred
        node.deferred = []
        for action in missed { action() }
    }

    // MARK: What the checks ask

    /// The node that leads the shard in the greatest term, if it is up.
    func leader(of shard: ShardID) -> ClusterNode? {
        nodes.filter { $0.isUp && !$0.isPaused && $0.host.replica(of: shard)?.group.role == .leader }
            .max { (term(of: shard, on: $0), $0.position) < (term(of: shard, on: $1), $1.position) }
    }

    func term(of shard: ShardID, on node: ClusterNode) -> Term {
        node.host.replica(of: shard)?.group.term ?? .zero
    }

    var everyShardHasLeader: Bool { descriptors.allSatisfy { leader(of: $0.shard) != nil } }
}
