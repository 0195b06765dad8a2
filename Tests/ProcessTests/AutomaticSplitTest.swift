import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Shards that grow or get hot are split and spread, and nobody has to ask for it.
    @Suite struct AutomaticSplitTest {
        @Test func aGrowingDataSetSpreads() async throws {
            try await ClusterProcess.with(nodes: 4, arguments: ["--shard-size", "2MiB"]) { cluster in
                let bench = try await cluster.tool(
                    "bench", "--workload", "put", "--clients", "16", "--keys", "30000", "--value-size", "1000",
                    "--rate", "1500", "--duration", "15s", "--output", "json")
                #expect(bench.status == .exited(0), "\(bench.errors)")
                let report = try JSONObject(bench.lastLine)
                #expect(report["errors"].int == 0 && report["unknown"].int == 0, "\(bench.lastLine)")
                print("growth: longest pause \(report["max_gap_ms"].double ?? -1) ms, \(bench.lastLine)")
                // About 16 MB: each of its shards is smaller than 2 MiB in the end, and no node has more than its part.
                try await Self.wait("an even cluster of small shards") {
                    let shards = try await Self.shards(cluster)
                    let nodes = try await Self.nodes(cluster)
                    let isSmall = shards.allSatisfy { ($0["size_bytes"].int ?? .max) < 2_200_000 }
                    return shards.count >= 8 && isSmall && Self.isEven(nodes, "replicas")
                        && Self.isEven(nodes, "leaders") && shards.allSatisfy { $0["replicas"].array?.count == 3 }
                }
                let shards = try await Self.shards(cluster)
                print("growth: \(shards.count) shards")
                let dump = try await cluster.tool("kv", "dump", "--timeout", "60s")
                let rows = dump.output.count { $0 == UInt8(ascii: "\n") }
                // Shards of this size are estimated, to within a quarter.
                let told = shards.compactMap { $0["keys"].int }.reduce(0, +)
                #expect(abs(told - rows) <= rows / 4, "\(told) of \(rows)")
                #expect(rows > 10_000)
                // What has been split is not merged, and not split again.
                #expect(try await cluster.tool("admin", "status").status == .exited(0))
            }
        }

        @Test func aHotShardsPartsAreLedApart() async throws {
            let borders = ["b", "d", "f", "h", "j"]
            try await ClusterProcess.with(nodes: 4, splitAt: borders) { cluster in
                let tool = cluster.tool
                for prefix in ["hot", "a"] {
                    let fill = try await tool(
                        "bench", "--workload", "put", "--prefix", prefix, "--keys", "5000", "--clients", "64",
                        "--duration", "1s")
                    #expect(fill.status == .exited(0), "\(fill.errors)")
                }
                // Nine tenths and more go to one shard, as fast as it can.
                async let hot = tool(
                    "bench", "--workload", "get", "--prefix", "hot", "--keys", "5000", "--clients", "128",
                    "--duration", "35s", "--output", "json")
                async let other = tool(
                    "bench", "--workload", "get", "--prefix", "a", "--keys", "5000", "--clients", "8", "--rate", "500",
                    "--duration", "35s", "--output", "json")
                let began = ContinuousClock.now
                try await Self.wait("parts of the hot shard on two nodes", seconds: 30) {
                    let parts = try await Self.shards(cluster).filter { shard in
                        guard let start = shard["start"].string else { return false }
                        return start == "h" || start.hasPrefix("hot")
                    }
                    return Set(parts.compactMap { $0["leader"].int }).count >= 2
                }
                print("a hot shard: parts led apart after \(ContinuousClock.now - began)")
                for result in try await [hot, other] {
                    #expect(result.status == .exited(0), "\(result.errors)")
                    #expect(try JSONObject(result.lastLine)["errors"].int == 0, "\(result.lastLine)")
                }
            }
        }

        /// The cluster begins as one node; shards get their three replicas when there are nodes for them.
        @Test func aClusterGrowsFromOneNode() async throws {
            try await ClusterProcess.with(nodes: 1, splitAt: ["d", "h", "m"]) { cluster in
                let tool = cluster.tool
                #expect(try await tool("kv", "put", "melon", "ripe").status == .exited(0))
                let second = cluster.newNode(2)
                let third = cluster.newNode(3)
                for node in [second, third] { try await node.start() }
                // A node that is ready counts, whether placement's leader has heard of it or not.
                let replication = try await tool("admin", "replication", "3")
                #expect(replication.status == .exited(0), "\(replication.errors)")
                try await Self.wait("three voters of every shard") {
                    let answer = try await tool("admin", "shards", "--system", "--output", "json")
                    let shards = try JSONObject(answer.text).array ?? []
                    return shards.count == 5
                        && shards.allSatisfy { shard in
                            let replicas = shard["replicas"].array ?? []
                            return replicas.count == 3 && replicas.allSatisfy { $0["role"].string == "voter" }
                        }
                }
                try await Self.wait("leaders everywhere") { Self.isEven(try await Self.nodes(cluster), "leaders") }
                // Any one may go now, the first too.
                await cluster.nodes[0].kill9()
                let rest = CommandLineTool(endpoints: [second, third].map(\.address).joined(separator: ","))
                #expect(try await rest("kv", "get", "melon", "--timeout", "20s").text == "ripe")
                await second.kill9()
                await third.kill9()
            }
        }

        @Test(.enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? "")))
        func aFullNodeGetsNothing() async throws {
            try await ClusterProcess.with(splitAt: ["d", "h", "m"]) { cluster in
                let tool = cluster.tool
                let disk = try SmallDisk(at: cluster.path("small"), mebibytes: 2_000)
                // 17 % are free: enough to run, too little to take a replica in.
                try disk.fill("rest", mebibytes: 1_650)
                let fourth = NodeProcess(
                    number: 4, port: FreePorts.next(), httpPort: FreePorts.next(), folder: disk.path + "/node",
                    arguments: ["--join", cluster.nodes.map(\.address).joined(separator: ",")])
                try await fourth.start()
                try await Self.wait("node 4") { try await Self.nodes(cluster).contains { $0["id"].int == 4 } }
                let shard = try #require(try await Self.shards(cluster).first?["id"].int)
                let move = try await tool("admin", "move", "\(shard)", "--from", "1", "--to", "4")
                #expect(move.status == .exited(1) && move.errors.contains("full"), "\(move.errors)")
                #expect(try await Self.nodes(cluster).first { $0["id"].int == 4 }?["replicas"].int == 0)
                // With room it gets its part.
                try disk.clear("rest")
                try await Self.wait("replicas on node 4") {
                    try await Self.nodes(cluster).first { $0["id"].int == 4 }?["replicas"].int ?? 0 >= 2
                }
                await fourth.kill9()
            }
        }
    }
}

extension ProcessTests.AutomaticSplitTest {
    private static func shards(_ cluster: ClusterProcess) async throws -> [JSONObject] {
        let answer = try await cluster.tool("admin", "shards", "--output", "json")
        return try JSONObject(answer.text).array ?? []
    }

    private static func nodes(_ cluster: ClusterProcess) async throws -> [JSONObject] {
        let answer = try await cluster.tool("admin", "nodes", "--output", "json")
        return try JSONObject(answer.text).array ?? []
    }

    private static func isEven(_ nodes: [JSONObject], _ name: String) -> Bool {
        let counts = nodes.compactMap { $0[name].int }
        return counts.count > 1 && (counts.max() ?? 0) - (counts.min() ?? 0) <= 1
    }

    private static func wait(
        _ what: String, seconds: Int = 45, until isDone: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(what) did not come within \(seconds) s")
    }
}
