import TestKit
import Testing

extension ProcessTests {
    /// Faults of all kinds on five processes, for half a minute each; `tools/chaos` does it for longer.
    @Suite struct ChaosTest {
        @Test func everyPromiseIsKept() async throws {
            var options = ChaosOptions()
            options.seconds = 15
            options.seed = 42
            options.faultMillisecondsMax = 1500
            let folder = try TemporaryFolder("dshard-chaos")
            let report = try await ChaosRun.run(options, in: folder.path) { print($0) }
            print(report.text)
            #expect(report.problems.isEmpty, "repeat with: \(options.command)")
            #expect(report.faults.values.reduce(0, +) >= 5)
        }

        @Test func everyPromiseIsKeptWhileShardsLive() async throws {
            var options = ChaosOptions()
            options.seconds = 20
            options.seed = 43
            options.faultMillisecondsMax = 1500
            options.isChurning = true
            let folder = try TemporaryFolder("dshard-chaos")
            let report = try await ChaosRun.run(options, in: folder.path) { print($0) }
            print(report.text)
            #expect(report.problems.isEmpty, "repeat with: \(options.command)")
            let churn = try #require(report.churn)
            #expect(churn.granted[.split, default: 0] >= 1)
            #expect(churn.granted.values.reduce(0, +) >= 3)
        }
    }
}
