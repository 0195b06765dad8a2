import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Shards are split and merged under load, and nobody notices but those who look.
    @Suite struct MergeTest {
        @Test func clientsDoNotNotice() async throws {
            try await ClusterProcess.with(splitAt: ["key000000002500"]) { cluster in
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "mixed", "--clients", "16", "--keys", "10000", "--duration", "8s",
                    "--output", "json")
                try await Task.sleep(for: .milliseconds(1_000))
                let split = try await tool("admin", "split", "--at", "key000000006000")
                #expect(split.status == .exited(0), "\(split.errors)")
                // Into the first one, one after the other, while the keys are read, written and compared.
                let first = try #require(try await Self.shards(cluster).first?["id"].int)
                for _ in 0..<2 {
                    try await Task.sleep(for: .milliseconds(1_000))
                    let merge = try await tool("admin", "merge", "\(first)")
                    #expect(merge.status == .exited(0), "\(merge.errors)")
                }
                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0, "\(result.lastLine)")
                #expect(report["unknown"].int == 0, "\(result.lastLine)")
                #expect((report["operations"].int ?? 0) > 100)
                print("a split and two merges: longest pause \(report["max_gap_ms"].double ?? -1) ms")

                let expected = try await Self.dump(tool)
                for node in cluster.nodes {
                    let answer = try await CommandLineTool(endpoints: node.address)(
                        "admin", "shards", "--output", "json")
                    let shards = try JSONObject(answer.text).array ?? []
                    #expect(shards.map { $0["id"].int } == [first], "\(answer.text)")
                }
                await cluster.killAll()
                try await cluster.startAll()
                #expect(try await Self.dump(tool) == expected)
                await cluster.nodes[0].kill9()
                #expect(try await Self.dump(tool) == expected)
            }
        }

        @Test func whatCannotBeMergedIsRefused() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let tool = cluster.tool
                let shards = try await Self.shards(cluster).compactMap { $0["id"].int }
                #expect(shards.count == 2)
                let last = try await tool("admin", "merge", "\(shards[1])")
                #expect(last.status == .exited(1))
                #expect(last.errors.contains("is the last one"), "\(last.errors)")
                let system = try await tool("admin", "merge", "1")
                #expect(system.status == .exited(1))
                #expect(system.errors.contains("never split or merged"), "\(system.errors)")
                #expect(try await tool("admin", "merge", "x").status == .exited(64))
                #expect(try await tool("admin", "merge", "99").status == .exited(1))
                await cluster.nodes[2].kill9()
                let down = try await tool("admin", "merge", "\(shards[0])")
                #expect(down.status == .exited(1), "\(down.text)")
                #expect(down.errors.contains("down"), "\(down.errors)")
                try await cluster.nodes[2].start()
                #expect(try await Self.shards(cluster).count == 2)
            }
        }

        private static func dump(_ tool: CommandLineTool) async throws -> Data {
            let dump = try await tool("kv", "dump", "--timeout", "60s")
            #expect(dump.status == .exited(0), "\(dump.errors)")
            #expect(!dump.output.isEmpty)
            return dump.output
        }

        private static func shards(_ cluster: ClusterProcess) async throws -> [JSONObject] {
            let answer = try await cluster.tool("admin", "shards", "--output", "json")
            return try JSONObject(answer.text).array ?? []
        }
    }
}
