import Keyspace
import Placement
import PlacementModel
import Raft
import Testing

/// What a view takes in, and what it does not.
@Suite struct ClusterViewTests {
    private let rules = PlacementRules()
    private let start = Instant(nanoseconds: 0)

    private func descriptor(
        _ shard: UInt64, _ from: String, _ to: String, version: UInt64, config: UInt64 = 1, replicas: Int = 3
    ) -> Descriptor {
        let members = (1...replicas).map { Member(replica: ReplicaID(UInt64($0)), node: NodeID(UInt64($0))) }
        return Descriptor(
            shard: ShardID(shard), range: Text.range(from, to), epoch: Epoch(version: version, config: config),
            configuration: Configuration(voters: members), nextReplica: ReplicaID(UInt64(replicas + 1)))
    }

    private func report(_ descriptor: Descriptor, bytes: ByteCount = .mebibytes(1), load: Int = 0) -> ShardReport {
        ShardReport(
            descriptor: descriptor, leader: ReplicaID(1), bytes: bytes, keys: 1,
            load: ShardLoad(share: .percent(load)),
            replicas: descriptor.configuration.voters.map { ReplicaStatus(replica: $0.replica) })
    }

    @Test("of two that overlap the greater version is newer, in whatever order they come (rule 35)")
    func overlap() {
        var view = ClusterView(leadingSince: start)
        func learn(_ descriptor: Descriptor) -> [String] {
            let isTaken = view.learn(descriptor)
            return (isTaken ? [] : ["outdated"]) + view.shards.map { "\($0.id) \(Text.range($0.descriptor.range))" }
        }
        #expect(learn(descriptor(2, "-", "-", version: 1)) == ["2 -…-"])
        #expect(learn(descriptor(3, "m", "-", version: 2)) == ["3 m…-"])
        #expect(learn(descriptor(2, "-", "-", version: 1)) == ["outdated", "3 m…-"])
        #expect(learn(descriptor(2, "-", "m", version: 2)) == ["2 -…m", "3 m…-"])
        #expect(learn(descriptor(2, "-", "-", version: 3)) == ["2 -…-"])
        #expect(learn(descriptor(3, "m", "-", version: 2)) == ["outdated", "2 -…-"])
        // An equal version of another shard is not newer.
        #expect(learn(descriptor(4, "x", "-", version: 3)) == ["outdated", "2 -…-"])
    }

    @Test("a new leader that has measured nothing is no sign of a quiet shard; later it is")
    func newLeader() {
        var view = ClusterView(leadingSince: start)
        let shard = descriptor(2, "-", "-", version: 1)
        view.observe(report(shard, bytes: .mebibytes(9), load: 60), rules: rules, now: start)
        #expect(view.shards[0].hotSince == start)
        var next = report(shard, bytes: .zero, load: 0)
        next.leader = ReplicaID(2)
        for seconds in [1, 2] {
            view.observe(next, rules: rules, now: start + .seconds(Int64(seconds)))
            #expect(view.shards[0].bytes == .mebibytes(9) && view.shards[0].load.share == .percent(60))
            // Nobody splits it for what another one has measured.
            #expect(view.shards[0].hotSince == nil)
        }
        view.observe(next, rules: rules, now: start + .seconds(7))
        #expect(view.shards[0].bytes == .zero && view.shards[0].load.share == .zero)
    }

    @Test("what is left of a split shard goes on under its leader, and is measured anew")
    func afterASplit() {
        var view = ClusterView(leadingSince: start)
        view.observe(report(descriptor(2, "-", "-", version: 1), load: 60), rules: rules, now: start)
        view.learn(descriptor(2, "-", "m", version: 2))
        #expect(view.shards[0].leader == ReplicaID(1))
        #expect(view.shards[0].bytes == .zero && view.shards[0].load.share == .zero)
        #expect(view.shards[0].hotSince == nil)
        // Of a shard that takes another one's place nothing is known.
        view.learn(descriptor(3, "-", "-", version: 3))
        #expect(view.shards[0].leader == nil)
    }

    @Test("an older configuration is outdated, and its report with it")
    func outdated() {
        var view = ClusterView(leadingSince: start)
        view.observe(report(descriptor(2, "-", "-", version: 1, config: 2)), rules: rules, now: start)
        let isTaken = view.observe(
            report(descriptor(2, "-", "-", version: 1, config: 1), bytes: .mebibytes(9)), rules: rules, now: start)
        #expect(!isTaken)
        #expect(view.shards[0].bytes == .mebibytes(1))
    }

    @Test("a shard found by id, by key, and not at all")
    func lookup() {
        var view = ClusterView(leadingSince: start)
        view.learn(descriptor(2, "-", "m", version: 2))
        view.learn(descriptor(3, "p", "-", version: 2))
        #expect(view.shard(ShardID(3))?.id == ShardID(3))
        #expect(view.shard(at: Text.key("a"))?.id == ShardID(2))
        #expect(view.shard(at: Text.key("n")) == nil)
        #expect(view.shard(at: Text.key("p"))?.id == ShardID(3))
        #expect(view.shard(ShardID(4)) == nil)
    }

    @Test("a shard is quiet and hot since the first report of an unbroken row")
    func timers() {
        var view = ClusterView(leadingSince: start)
        let shard = descriptor(2, "-", "-", version: 1)
        view.observe(report(shard, load: 60), rules: rules, now: start + .seconds(1))
        view.observe(report(shard, load: 70), rules: rules, now: start + .seconds(5))
        #expect(view.shards[0].hotSince == start + .seconds(1))
        #expect(view.shards[0].quietSince == nil)
        view.observe(report(shard, load: 1), rules: rules, now: start + .seconds(6))
        view.observe(report(shard, load: 1), rules: rules, now: start + .seconds(7))
        #expect(view.shards[0].hotSince == nil)
        #expect(view.shards[0].quietSince == start + .seconds(6))
        view.observe(report(shard, bytes: .mebibytes(200), load: 1), rules: rules, now: start + .seconds(8))
        #expect(view.shards[0].quietSince == nil)
    }

    @Test("a new range is another shard as far as time goes; a new member is not")
    func timersAfterChanges() {
        var view = ClusterView(leadingSince: start)
        view.observe(report(descriptor(2, "-", "-", version: 1)), rules: rules, now: start)
        let grown = descriptor(2, "-", "-", version: 1, config: 2, replicas: 4)
        view.observe(report(grown), rules: rules, now: start + .seconds(1))
        #expect(view.shards[0].quietSince == start)
        view.observe(report(descriptor(2, "-", "m", version: 2, config: 2)), rules: rules, now: start + .seconds(2))
        #expect(view.shards[0].quietSince == start + .seconds(2))
    }

    @Test("a node is unknown, up, down and dead by the placement leader's own clock")
    func health() {
        func health(_ heardAt: Interval?, at now: Interval) -> NodeHealth {
            let node = NodeView(
                id: NodeID(1), capacity: .gibibytes(1), free: .gibibytes(1), heardAt: heardAt.map { start + $0 })
            return node.health(leadingSince: start, rules: rules, now: start + now)
        }
        #expect(health(nil, at: .seconds(299)) == .unknown)
        #expect(health(nil, at: .seconds(300)) == .dead(since: start))
        #expect(health(.seconds(100), at: .seconds(109)) == .up)
        #expect(health(.seconds(100), at: .seconds(110)) == .down(since: start + .seconds(100)))
        #expect(health(.seconds(100), at: .seconds(400)) == .dead(since: start + .seconds(100)))
    }

    @Test("a shard is in one operator at most, as its own or as the right one of a merge")
    func oneOperator() {
        var view = ClusterView(leadingSince: start)
        func begin(_ shard: UInt64, _ partner: UInt64? = nil) -> Bool {
            let planned = Operator(
                shard: ShardID(shard), partner: partner.map { ShardID($0) }, steps: [], priority: .merge,
                reason: .jointLeftOver, patience: .seconds(1))
            return view.begin(planned, at: start)
        }
        #expect(begin(2, 3))
        #expect(!begin(3))
        #expect(!begin(1, 2))
        #expect(view.operation(on: ShardID(3))?.shard == ShardID(2))
        view.end(ShardID(2))
        #expect(begin(1, 2))
        #expect(view.operators.map(\.planned.shard) == [ShardID(1)])
    }

    @Test("a node may say anything about itself and its shards")
    func hostileFigures() throws {
        var cluster = ModelCluster.even(nodes: 5, zones: 1, shards: 10, rules: rules)
        for node in cluster.nodeIDs {
            cluster.change(node) { node in
                (node.receivingSnapshots, node.sendingSnapshots) = (.max, .max)
                (node.capacity, node.free) = (ByteCount(.max), ByteCount(.max))
            }
        }
        for shard in cluster.shardIDs {
            cluster.change(shard) { shard in
                shard.bytes = ByteCount(.max)
                shard.load = ShardLoad(operationsPerSecond: .max, share: LaneShare(perMille: .max))
            }
        }
        cluster.advance(by: .seconds(60))
        #expect(!cluster.pass().obstacles.isEmpty)
        for shard in cluster.shardIDs { cluster.change(shard) { $0.load.share = LaneShare(perMille: .min) } }
        #expect(cluster.view.shards.allSatisfy { $0.load.share == .zero })
        cluster.stop(NodeID(1))
        cluster.advance(by: .seconds(300))
        cluster.pass()
    }
}
