import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// What was not synced may be lost, at all nodes at once and in every way: nothing acknowledged is, and no node
    /// takes itself for one that has forgotten something.
    @Suite struct PowerLossTest {
        @Test func nothingAcknowledgedIsLostInAnyMode() async throws {
            let folder = try TemporaryFolder("dshard-power-loss")
            try await ChaosCluster.with(nodes: 3, splitAt: ["run1"], in: folder.path) { cluster in
                let load = BenchLoad(tool: cluster.tool, folder: folder.path, seconds: 5)
                async let runs = load.run()
                do {
                    try await Self.losePower(cluster)
                    load.stop()
                } catch {
                    load.stop()
                    throw error
                }
                var judge = ClusterJudge(cluster)
                try await judge.judge(try await runs)
                #expect(judge.report.problems.isEmpty)
            }
        }

        /// Before there is anything to lose, power goes off again and again: what was begun is finished at last, and
        /// nobody takes half a beginning for a loss.
        @Test(arguments: PowerLoss.Mode.allCases) func aClusterComesIntoBeing(_ mode: PowerLoss.Mode) async throws {
            let folder = try TemporaryFolder("dshard-formation")
            try await ChaosCluster.with(nodes: 3, splitAt: ["m"], in: folder.path, isStarted: false) { cluster in
                var random = SeededGenerator(seed: 3)
                for _ in 0..<8 {
                    for node in cluster.nodes { try node.launch() }
                    // Somewhere between the first file and the first election.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 10...350, using: &random)))
                    for node in cluster.nodes {
                        #expect(node.isRunning, "\(node.log.suffix(300))")
                    }
                    let loss = PowerLoss(mode: mode, seed: random.next())
                    _ = try await cluster.losePower([1, 2, 3], loss)
                    #expect(cluster.suspects.isEmpty, "\(loss)")
                }
                try await cluster.startAll()
                let put = try await cluster.tool("kv", "put", "a", "1")
                #expect(put.status == .exited(0), "\(put.errors)")
                #expect(try await cluster.tool("kv", "get", "a").text == "1")
                #expect(cluster.suspects.isEmpty)
            }
        }

        /// All modes, each with both rules for names; then once more at the node that leads.
        private static func losePower(_ cluster: ChaosCluster) async throws {
            var random = SeededGenerator(seed: 7)
            var lost = 0
            for mode in PowerLoss.Mode.allCases {
                for names in PowerLoss.NameRule.allCases {
                    let victims = names == .strict ? [1, 2, 3] : [Int.random(in: 1...3, using: &random)]
                    // The moment is what is random.
                    try await Task.sleep(for: .milliseconds(Int.random(in: 200...900, using: &random)))
                    let loss = PowerLoss(mode: mode, names: names, seed: random.next())
                    lost += try await cluster.losePower(victims, loss)
                    try await cluster.startAll()
                    try await cluster.becomesReady()
                    #expect(cluster.suspects.isEmpty, "\(loss)")
                }
            }
            #expect(lost > 0, "nothing was unsynced at any of the moments: this proves nothing")
        }
    }
}
