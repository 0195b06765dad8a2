import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Shards are split under load, and nobody notices but those who look.
    @Suite struct SplitTest {
        @Test func clientsDoNotNotice() async throws {
            try await ClusterProcess.with { cluster in
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "mixed", "--clients", "16", "--keys", "10000", "--duration", "8s",
                    "--output", "json")
                // While the keys are read, written and compared. Nothing depends on the exact moments.
                for border in ["key000000005000", "key000000002500", "key000000007500"] {
                    try await Task.sleep(for: .milliseconds(1_500))
                    let split = try await tool("admin", "split", "--at", border)
                    #expect(split.status == .exited(0), "\(split.errors)")
                    #expect(split.text.contains(border))
                }
                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0, "\(result.lastLine)")
                #expect(report["unknown"].int == 0, "\(result.lastLine)")
                #expect((report["operations"].int ?? 0) > 100)
                print("three splits: longest pause \(report["max_gap_ms"].double ?? -1) ms")
                try await Self.checkTiles(cluster, shards: 4)

                // Every node, and every process after it, has the same.
                let expected = try await Self.dump(tool)
                await cluster.killAll()
                try await cluster.startAll()
                #expect(try await Self.dump(tool) == expected)
                try await Self.checkTiles(cluster, shards: 4)
                await cluster.nodes[0].kill9()
                #expect(try await Self.dump(tool) == expected)
            }
        }

        @Test func whatCannotBeSplitIsRefused() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let tool = cluster.tool
                let border = try await tool("admin", "split", "--at", "m")
                #expect(border.status == .exited(1))
                #expect(border.errors.contains("a shard already begins at user:m"), "\(border.errors)")
                #expect(try await tool("admin", "split", "--at", "").status == .exited(64))
                #expect(try await tool("admin", "split", "--at", "\\q").status == .exited(64))
                let long = try await tool("admin", "split", "--at", String(repeating: "x", count: 10_240))
                #expect(long.status == .exited(1), "\(long.errors)")
                // Two at once: both borders are wished for, so the one that loses may only be told so.
                async let first = tool("admin", "split", "--at", "c")
                async let second = tool("admin", "split", "--at", "c")
                let ends = try await [first, second].map(\.status)
                #expect(ends.contains(.exited(0)), "\(ends)")
                #expect(ends.allSatisfy { $0 == .exited(0) || $0 == .exited(1) }, "\(ends)")
                try await Self.checkTiles(cluster, shards: 3)
            }
        }

        /// A node that was away while everything happened finds its way.
        @Test func aNodeThatWasAwayComesBack() async throws {
            try await ClusterProcess.with { cluster in
                await cluster.killAll()
                for node in cluster.nodes { node.arguments += ["--log-keep", "50"] }
                try await cluster.startAll()
                let tool = cluster.tool
                let last = cluster.nodes[2]
                await last.kill9()
                for border in ["key000000005000", "key000000002500"] {
                    let split = try await tool("admin", "split", "--at", border)
                    #expect(split.status == .exited(0), "\(split.errors)")
                }
                let bench = try await tool(
                    "bench", "--workload", "put", "--clients", "4", "--keys", "10000", "--duration", "4s")
                #expect(bench.status == .exited(0), "\(bench.errors)")
                let expected = try await Self.dump(tool)
                try await last.start()
                try await Self.wait("three replicas of every shard") {
                    let shards = try await Self.shards(cluster)
                    let answer = try await tool("admin", "status")
                    return shards.count == 3 && answer.status == .exited(0)
                        && HTTPAnswer.metric("dshard_replicas", of: last) == 4
                }
                #expect(!last.log.contains("may have forgotten"))
                // It has to answer for the bytes: of the others only one is left.
                try await Task.sleep(for: .seconds(1))
                await cluster.nodes[0].kill9()
                #expect(try await Self.dump(tool) == expected)
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

        /// The shards follow each other from the first key to the last, as any node tells.
        static func checkTiles(_ cluster: ClusterProcess, shards count: Int) async throws {
            for node in cluster.nodes {
                let answer = try await CommandLineTool(endpoints: node.address)(
                    "admin", "shards", "--output", "json")
                let shards = try JSONObject(answer.text).array ?? []
                #expect(shards.count == count, "\(answer.text)")
                #expect(shards.first?["start"].string == "" && shards.last?["end"].string == "")
                for (one, next) in zip(shards, shards.dropFirst()) {
                    #expect(one["end"].string == next["start"].string, "\(answer.text)")
                }
                let ids = shards.compactMap { $0["id"].int }
                #expect(Set(ids).count == count)
            }
        }

        private static func wait(
            _ what: String, seconds: Int = 60, until isDone: () async throws -> Bool
        ) async throws {
            for _ in 0..<(seconds * 10) {
                if try await isDone() { return }
                try await Task.sleep(for: .milliseconds(100))
            }
            Issue.record("\(what) did not come within \(seconds) s")
        }
    }
}

extension HTTPAnswer {
    /// Minus one while the node does not tell.
    fileprivate static func metric(_ name: String, of node: NodeProcess) -> Double {
        guard let text = try? get(port: node.httpPort, "/metrics").body else { return -1 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? -1
    }
}
