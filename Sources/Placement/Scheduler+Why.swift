package import Raft

extension Scheduler {
    /// What is being done with `shard`, what would be next, and what is in the way. Costs a pass, and changes nothing.
    package func why(_ shard: ShardID, in view: ClusterView, now: Instant) -> Explanation {
        var rules = rules
        // What concerns this shard may come last.
        rules.limits.obstaclesMax = .max
        var pass = Pass(view: view, rules: rules, now: now)
        pass.run()
        return Explanation(
            running: pass.running.first { $0.planned.shards.contains(shard) },
            planned: pass.plan.operators.first { $0.shards.contains(shard) },
            obstacles: pass.plan.obstacles.filter { $0.shard == shard })
    }
}
