import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// A client in good health may ask for more than its connection takes at a time.
    @Suite struct LargeAnswersTest {
        @Test(arguments: ["get", "ycsb-e"])
        func manyLargeAnswersAtOnce(workload: String) async throws {
            try await ClusterProcess.with { cluster in
                let bench = try await cluster.tool(
                    "bench", "--workload", workload, "--clients", "64", "--keys", "3", "--value-size", "1000000",
                    "--duration", "3s", "--output", "json")
                #expect(bench.status == .exited(0), "\(bench.errors)")
                let report = try JSONObject(bench.lastLine)
                #expect(report["errors"].int == 0, "\(bench.lastLine)")
                #expect((report["operations"].int ?? 0) > 64, "\(bench.lastLine)")
            }
        }
    }
}
