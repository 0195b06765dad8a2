import Foundation
import Raft
import Testing

/// Seeded clusters in random trouble. `DSHARD_SEEDS=from..<to` runs others than the fixed ones.
@Suite struct RandomTests {
    static func seeds(_ count: UInt64) -> Range<UInt64> {
        let text = ProcessInfo.processInfo.environment["DSHARD_SEEDS"] ?? ""
        let bounds = text.split(separator: "..<").compactMap { UInt64($0) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : 1..<count + 1
    }

    @Test func threeReplicas() { run(Self.seeds(16), voters: 3, changes: false) }

    @Test func fiveReplicas() { run(Self.seeds(5), voters: 5, changes: false) }

    @Test func changingMembers() { run(Self.seeds(16), voters: 3, changes: true) }

    @Test func changingFiveMembers() { run(Self.seeds(5), voters: 5, changes: true) }

    private func run(_ seeds: Range<UInt64>, voters: Int, changes: Bool) {
        var total = RandomCluster.Statistics()
        for seed in seeds {
            var cluster = RandomCluster(seed: seed, voters: voters, isChanging: changes)
            cluster.run(steps: changes ? 800 : 500)
            if let failure = cluster.failure {
                Issue.record("seed \(seed), \(voters) voters, changes \(changes): \(failure)")
                return
            }
            total.add(cluster.statistics)
        }
        if ProcessInfo.processInfo.environment["DSHARD_SEEDS"] != nil { print(seeds, voters, changes, total) }
        // A test in which nothing happens proves nothing.
        let count = seeds.count
        #expect(total.elections > count && total.commits > 3 * count, "\(total)")
        #expect(total.leaseReads > count && total.roundReads > 0 && total.restarts > 0, "\(total)")
        guard changes else { return }
        #expect(total.configurations > count && total.joints > count / 2 && total.leaves > count / 2, "\(total)")
        #expect(total.snapshots > count / 2 && total.destroyed > 0, "\(total)")
        #expect(count < 100 || total.interrupted > 0, "\(total)")
    }
}

extension RandomCluster.Statistics {
    mutating func add(_ other: Self) {
        elections += other.elections
        commits += other.commits
        leaseReads += other.leaseReads
        roundReads += other.roundReads
        restarts += other.restarts
        configurations += other.configurations
        joints += other.joints
        leaves += other.leaves
        snapshots += other.snapshots
        interrupted += other.interrupted
        refusedSnapshots += other.refusedSnapshots
        destroyed += other.destroyed
        refusedPromotions += other.refusedPromotions
    }
}
