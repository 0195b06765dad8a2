internal import Glibc
internal import Keyspace
internal import Placement
internal import PlacementModel
internal import Raft

/// One trouble, until nothing is left to do.
struct Trial {
    private let trouble: Trouble
    private var cluster: ModelCluster
    /// The fewest replicas that have to be copied.
    private var copiesMin = 0
    private var times: [Duration] = []
    /// The same without waiting for a processor that others have.
    private var processorTimes: [Duration] = []

    init(_ trouble: Trouble, _ even: ModelCluster) {
        self.trouble = trouble
        cluster = even
        begin()
    }

    private mutating func begin() {
        switch trouble {
        case .none: break
        case .twoNewNodes:
            let count = cluster.nodes.count
            for number in [count + 1, count + 2] {
                cluster.add(
                    NodeView(
                        id: NodeID(UInt64(number)), labels: ["zone": ModelCluster.zone((number - 1) % 3)],
                        capacity: .gibibytes(2_048), free: .gibibytes(2_048)))
                // The node's fair part of its zone: each zone has one voter of every shard.
                copiesMin += cluster.shards.count / cluster.nodes.values.count { $0.labels == ["zone": zone(number)] }
            }
        case .nodeLost: lose([NodeID(2)])
        case .zoneLost: lose(cluster.nodeIDs.filter { cluster.nodes[$0]?.labels["zone"] == "c" })
        case .decommission:
            copiesMin = replicas(on: [NodeID(2)])
            cluster.change(NodeID(2)) { $0.duty = .decommissioning }
        }
    }

    private func zone(_ number: Int) -> String { ModelCluster.zone((number - 1) % 3) }

    private mutating func lose(_ lost: [NodeID]) {
        copiesMin = replicas(on: lost)
        for node in lost { cluster.stop(node) }
        cluster.advance(by: .seconds(301))
    }

    private func replicas(on nodes: [NodeID]) -> Int {
        cluster.shards.values.reduce(0) { sum, shard in
            sum + shard.descriptor.configuration.members.count { nodes.contains($0.node) }
        }
    }

    mutating func run() {
        cluster.counts = ModelCounts()
        let clock = ContinuousClock()
        for _ in 0..<20_000 {
            let (begun, begunCPU) = (clock.now, Self.processorTime)
            let plan = cluster.scheduler.plan(cluster.view, now: cluster.now)
            times.append(clock.now - begun)
            processorTimes.append(Self.processorTime - begunCPU)
            cluster.take(plan)
            if plan.operators.isEmpty, cluster.view.operators.isEmpty { break }
            for _ in 0..<4 { cluster.drive() }
            cluster.advance(by: .seconds(1))
        }
        print(report)
    }

    private var report: String {
        let evenness = Evenness(cluster)
        let counts = cluster.counts
        return """
            \(trouble.rawValue): \(times.count) passes, median \(Self.summary(times)), \
            of the processor \(Self.summary(processorTimes)); \
            \(counts.copies) copies (at least \(copiesMin)), \(counts.transfers) transfers, \
            \(counts.operators) operators, \(counts.failed) failed; at the end most − least: \
            replicas of a zone \(spreadOfZones(evenness)), leaders \(Evenness.spread(evenness.leaders)); \
            violations \(cluster.violations.count)
            """
    }

    /// The most uneven zone: zones with fewer nodes have more on each.
    private func spreadOfZones(_ evenness: Evenness) -> Int {
        ["a", "b", "c"].map { zone in
            Evenness.spread(evenness.replicas.filter { cluster.nodes[$0.key]?.labels["zone"] == zone })
        }.max() ?? 0
    }

    private static func summary(_ times: [Duration]) -> String {
        let sorted = times.map { $0 / .milliseconds(1) }.sorted()
        guard let longest = sorted.last else { return "none" }
        return "\(Int(sorted[sorted.count / 2])) ms and longest \(Int(longest)) ms"
    }

    private static var processorTime: Duration {
        var time = timespec()
        // Safe because the call only fills in the value it is lent.
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
