import Foundation
import Keyspace
import Placement
import PlacementModel
import Raft
import Testing

/// Whatever happened to a cluster: once it stops happening, placement comes to an end, and then everything is as it
/// should be. On the way no operator costs a live voter and no shard is in two of them.
@Suite struct RandomTests {
    /// `DSHARD_SEEDS` in the environment gives more.
    static let seeds = 1...(ProcessInfo.processInfo.environment["DSHARD_SEEDS"].flatMap { UInt64($0) } ?? 40)

    @Test(arguments: seeds) func convergesAfterTroubles(_ seed: UInt64) throws {
        var trouble = RandomTrouble(seed: seed)
        for _ in 0..<60 { trouble.step() }
        trouble.end()
        let passes = trouble.cluster.settle(limit: 2_000)
        #expect(passes != nil, "seed \(seed) does not come to an end")
        #expect(trouble.cluster.violations == [], "seed \(seed)")
        let complaints = Convergence(trouble.cluster).complaints
        #expect(complaints == [], "seed \(seed)")
        let plan = trouble.cluster.pass()
        #expect(plan.operators.isEmpty, "seed \(seed): work in a converged cluster")
    }

    @Test func samePlanForSameView() {
        var planned = 0
        for seed in 1...20 {
            var trouble = RandomTrouble(seed: UInt64(seed))
            for _ in 0..<30 { trouble.step() }
            trouble.cluster.dropOperators()
            var first = trouble.cluster.scheduler
            var second = first
            let plan = first.plan(trouble.cluster.view, now: trouble.cluster.now)
            let again = second.plan(trouble.cluster.view, now: trouble.cluster.now)
            #expect(plan.operators == again.operators)
            #expect(plan.ended == again.ended)
            #expect(plan.obstacles == again.obstacles)
            planned += plan.operators.count
        }
        #expect(planned > 0, "twenty times nothing proves nothing")
    }

    /// The order in which reports arrived must not matter.
    @Test func orderOfReportsDoesNotMatter() {
        let even = ModelCluster.even(nodes: 7, zones: 1, shards: 40, rules: PlacementRules())
        var forward = ClusterView(leadingSince: even.now)
        var backward = forward
        for node in even.view.nodes where node.id != NodeID(7) { forward.update(node) }
        for node in even.view.nodes.reversed() where node.id != NodeID(7) { backward.update(node) }
        let reports = even.view.shards.map { shard in
            ShardReport(
                descriptor: shard.descriptor, leader: shard.leader ?? ReplicaID(1), bytes: shard.bytes, keys: 0,
                load: shard.load, replicas: shard.replicas.map { ReplicaStatus(replica: $0.member.replica) })
        }
        for report in reports { forward.observe(report, rules: PlacementRules(), now: even.now) }
        for report in reports.reversed() { backward.observe(report, rules: PlacementRules(), now: even.now) }
        let later = even.now + .seconds(301)
        for node in even.view.nodes where node.id != NodeID(7) {
            var heard = node
            heard.heardAt = later
            forward.update(heard)
            backward.update(heard)
        }
        var scheduler = Scheduler(rules: PlacementRules())
        var other = scheduler
        let plan = scheduler.plan(forward, now: later)
        #expect(!plan.operators.isEmpty)
        #expect(plan.operators == other.plan(backward, now: later).operators)
    }
}
