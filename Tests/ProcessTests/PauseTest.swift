import Glibc
import TestKit
import Testing

extension ProcessTests {
    /// A process that stands still, as a virtual machine does while it moves, costs a pause and nothing else.
    @Suite struct PauseTest {
        @Test func clientsGoOnWithinThreeSeconds() async throws {
            try await ClusterProcess.with(splitAt: ["key000000033333", "key000000066666"]) { cluster in
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "put", "--clients", "16", "--duration", "7s", "--output", "json")
                // In the middle of the load. Nothing depends on the exact moment.
                try await Task.sleep(for: .seconds(3))
                let victim = try await cluster.mostLeaders()
                victim.signal(SIGSTOP)

                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0, "\(result.lastLine)")
                #expect((report["max_gap_ms"].double ?? .infinity) <= 3000, "\(result.lastLine)")
                print("stopped node \(victim.number): longest pause \(report["max_gap_ms"].double ?? -1) ms")
                victim.signal(SIGCONT)
                while (try? HTTPAnswer.get(port: victim.httpPort, "/ready").status) != 200, victim.isRunning {
                    try await Task.sleep(for: .milliseconds(50))
                }
                #expect(victim.isRunning)
            }
        }
    }
}
