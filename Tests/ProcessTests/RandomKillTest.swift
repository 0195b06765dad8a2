import Foundation
import Linearizability
import TestKit
import Testing

extension ProcessTests {
    /// Nodes die at random, under load, again and again, and the store still behaves like one register a key.
    @Suite struct RandomKillTest {
        private static let killsMin = 30
        private static let seed: UInt64 = 20

        @Test func historyStaysLinearizable() async throws {
            try await ClusterProcess.with(splitAt: ["run0-", "run2-", "run4-"]) { cluster in
                let load = BenchLoad(tool: cluster.tool, folder: cluster.path(""))
                async let runs = load.run()
                let kills: Int
                do {
                    kills = try await Self.killAtRandom(cluster)
                    load.stop()
                } catch {
                    load.stop()
                    throw error
                }
                let results = try await runs
                #expect(kills >= Self.killsMin)
                try await Self.judge(results, cluster)
            }
        }

        /// Kills one node after the other, every tenth time all of them, each time at some moment of its life; returns
        /// how many were killed, with all nodes ready.
        private static func killAtRandom(_ cluster: ClusterProcess) async throws -> Int {
            var random = SeededGenerator(seed: seed)
            var kills = 0
            while kills < killsMin {
                // The moments are what is random; no answer depends on how long these pauses are.
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...900, using: &random)))
                if kills % 10 == 9 {
                    await cluster.killAll()
                    kills += cluster.nodes.count
                } else if let victim = cluster.nodes.randomElement(using: &random) {
                    await victim.kill9()
                    kills += 1
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...500, using: &random)))
                if Bool.random(using: &random) {
                    try await cluster.startAll()
                } else {
                    // The next kill may meet it while it recovers.
                    for node in cluster.nodes where !node.isRunning { try node.launch() }
                }
            }
            await cluster.killAll()
            try await cluster.startAll()
            return kills + cluster.nodes.count
        }

        private static func judge(_ runs: [BenchLoad.Run], _ cluster: ClusterProcess) async throws {
            var history = History()
            var errors = 0
            for run in runs {
                try history.append(run: run.history())
                errors += run.errors
            }
            let dump = try await cluster.tool.run(["kv", "dump", "--timeout", "30s"])
            #expect(dump.status == .exited(0), "\(dump.errors)")
            var rows: [String: String] = [:]
            for line in dump.text.split(separator: "\n", omittingEmptySubsequences: true) {
                let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                try #require(fields.count == 2)
                rows[String(fields[0])] = String(fields[1])
            }
            try history.append(finalState: rows)

            let acknowledged = history.operations.count { $0.outcome == .ok && $0.kind != .get }
            let unknown = history.operations.count { $0.outcome == .unknown }
            print("\(history.operations.count) operations, \(acknowledged) acknowledged writes, \(unknown) unknown")
            #expect(acknowledged > 500, "too few writes to prove anything")
            var checker = LinearizabilityChecker()
            // A cas that was refused for another reason than its condition is "failed" too, and counted as an error.
            checker.failedCASReads = errors == 0
            let verdict = try checker.check(history)
            if case .violation(let example) = verdict { Issue.record("\(example.text)") }
        }
    }
}
