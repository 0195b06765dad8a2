import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Shards are split, moved to a new node, handed over, merged and drained while clients work: no client notices.
    @Suite struct LivingShardsTest {
        @Test func clientsNoticeNothing() async throws {
            try await ClusterProcess.with { cluster in
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "mixed", "--clients", "16", "--keys", "10000", "--duration", "40s",
                    "--output", "json")
                try await Task.sleep(for: .seconds(3))
                for border in ["key000000005000", "key000000002500", "key000000007500"] {
                    try await Self.succeed(cluster, "split", "--at", border)
                }
                let fourth = cluster.newNode(4)
                try await fourth.start()
                let shards = try await PlacementTest.shards(cluster)
                let last = try #require(shards.keys.max())
                try await Self.moveAway(last, from: nil, to: 4, cluster)
                let next = try #require(try await PlacementTest.follower(of: last, cluster))
                try await Self.succeed(cluster, "transfer", "\(last)", "--to", "\(next)")
                try await Self.mergeTwo(cluster)
                try await Self.succeed(cluster, "drain", "1")
                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0 && report["unknown"].int == 0, "\(result.lastLine)")
                print("living shards: \(result.lastLine)")
                try await SplitTest.checkTiles(cluster, shards: 3)
                let check = try await tool("admin", "check")
                #expect(check.status == .exited(0), "\(check.text)\(check.errors)")
                await fourth.kill9()
            }
        }

        private static func succeed(_ cluster: ClusterProcess, _ words: String...) async throws {
            let answer = try await cluster.tool.run(["admin"] + words)
            #expect(answer.status == .exited(0), "\(words): \(answer.errors)")
        }

        /// Placement may have done it already, or something else with the shard at the same moment.
        private static func moveAway(_ shard: Int, from: Int?, to: Int, _ cluster: ClusterProcess) async throws {
            try await PlacementTest.wait("shard \(shard) on node \(to)") {
                let members = try await PlacementTest.shards(cluster)[shard] ?? []
                guard !members.contains(to), let source = from ?? members.first else { return true }
                let move = try await cluster.tool(
                    "admin", "move", "\(shard)", "--from", "\(source)", "--to", "\(to)")
                return move.status == .exited(0)
            }
        }

        /// The first two shards, whose replicas must be on the same nodes. Placement evens them out meanwhile.
        private static func mergeTwo(_ cluster: ClusterProcess) async throws {
            try await PlacementTest.wait("a merge") {
                let answer = try await cluster.tool("admin", "shards", "--output", "json")
                let pair = (try JSONObject(answer.text).array ?? []).prefix(2).compactMap { $0["id"].int }
                guard pair.count == 2 else { return false }
                let found = try await PlacementTest.shards(cluster)
                let (left, right) = (Set(found[pair[0]] ?? []), Set(found[pair[1]] ?? []))
                if let from = right.subtracting(left).first, let to = left.subtracting(right).first {
                    try await Self.moveAway(pair[1], from: from, to: to, cluster)
                }
                let merge = try await cluster.tool("admin", "merge", "\(pair[0])")
                return merge.status == .exited(0)
            }
        }
    }
}
