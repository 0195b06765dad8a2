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
