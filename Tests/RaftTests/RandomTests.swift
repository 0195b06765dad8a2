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

    @Test func threeReplicas() { run(Self.seeds(36), voters: 3, spares: 0) }

    @Test func fiveReplicas() { run(Self.seeds(10), voters: 5, spares: 0) }

    @Test func changingMembers() { run(Self.seeds(16), voters: 3, spares: 2) }

    private func run(_ seeds: Range<UInt64>, voters: Int, spares: Int) {
        var total = RandomCluster.Statistics()
        for seed in seeds {
            var cluster = RandomCluster(seed: seed, voters: voters, spares: spares)
            cluster.run(steps: 500)
            if let failure = cluster.failure {
                Issue.record("seed \(seed), \(voters) voters, \(spares) spares: \(failure)")
                return
            }
            total.add(cluster.statistics)
        }
        // A test in which nothing happens proves nothing.
        let count = seeds.count
        #expect(total.elections > count && total.commits > 3 * count, "\(total)")
        #expect(total.leaseReads > count && total.roundReads > 0 && total.restarts > 0, "\(total)")
        #expect(spares == 0 || total.configurations > count / 2, "\(total)")
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
    }
}
