import TestKit
import Testing

extension ProcessTests {
    /// A sync that failed is believed: the node ends, and nothing that it covered was acknowledged.
    @Suite struct FailedSyncTest {
        /// One node, so that whatever was acknowledged is on this disk or nowhere.
        @Test func theNodeEndsAndHasAcknowledgedNothingUnsynced() async throws {
            let folder = try TemporaryFolder("dshard-failed-sync")
            try await ChaosCluster.with(nodes: 1, in: folder.path) { cluster in
                let (node, disk) = (cluster.node(1), cluster.disk(1))
                let load = BenchLoad(tool: cluster.tool, folder: folder.path, seconds: 5)
                async let runs = load.run()
                for number in [1, 2, 30] {
                    // Under load, at whatever it is doing.
                    try await Task.sleep(for: .seconds(1))
                    let failures = try disk.syncFailures()
                    try disk.failSync(number: number)
                    while try disk.syncFailures() == failures, node.isRunning {
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    let failed = ContinuousClock.now
                    #expect(await node.ended() == .exited(1), "\(node.log.suffix(300))")
                    // How long it took is told, not judged: a busy machine is no fault of the node.
                    print("ended \(ContinuousClock.now - failed) after the failed sync")
                    _ = try disk.losePower(PowerLoss(mode: .everything, seed: 0))
                    try await cluster.startAll()
                    #expect(cluster.suspects.isEmpty)
                }
                load.stop()
                var judge = ClusterJudge(cluster)
                try await judge.judge(try await runs)
                #expect(judge.report.problems.isEmpty)
            }
        }
    }
}
