import TestKit
import Testing

extension ProcessTests {
    /// Clients do not notice the death of a leader, except as a pause.
    @Suite struct LeaderKillTest {
        @Test func writesGoOnWithoutErrors() async throws {
            try await ClusterProcess.with(splitAt: ["key000000033333", "key000000066666"]) { cluster in
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "put", "--clients", "16", "--duration", "6s", "--output", "json")
                // In the middle of the load. Nothing depends on the exact moment.
                try await Task.sleep(for: .seconds(3))
                let victim = try await cluster.mostLeaders()
                await victim.kill9()

                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0, "\(result.lastLine)")
                #expect(report["unknown"].int == 0, "\(result.lastLine)")
                #expect((report["operations"].int ?? 0) > 100)
                print("killed node \(victim.number): longest pause \(report["max_gap_ms"].double ?? -1) ms")
                try await victim.start()
            }
        }
    }
}
