import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Replicas go where they belong, by themselves and on request; clients do not notice.
    @Suite struct PlacementTest {
        static let borders = ["b", "d", "f", "h", "key000000003000", "key000000006000", "n"]

        @Test func aNodeThatJoinsGetsItsPart() async throws {
            try await ClusterProcess.with(splitAt: Self.borders) { cluster in
                let expected = try await Self.load(cluster)
                let fourth = cluster.newNode(4)
                try await fourth.start()
                try await Self.wait("an even cluster") {
                    let nodes = try await Self.nodes(cluster)
                    let replicas = nodes.compactMap { $0["replicas"].int }
                    let leaders = nodes.compactMap { $0["leaders"].int }
                    return nodes.count == 4 && Self.spread(replicas) <= 1 && Self.spread(leaders) <= 1
                }
                #expect(try await Self.allShards(cluster) { $0.count == 3 })
                // It has to answer for the bytes: two of the others are gone one after the other.
                await cluster.nodes[2].kill9()
                #expect(try await Self.dump(cluster) == expected)
                await fourth.kill9()
            }
        }

        /// Everything that an administrator may ask, under load.
        @Test func requestsUnderLoad() async throws {
            try await ClusterProcess.with(splitAt: Self.borders) { cluster in
                let fourth = cluster.newNode(4)
                try await fourth.start()
                let tool = cluster.tool
                async let bench = tool(
                    "bench", "--workload", "mixed", "--clients", "8", "--keys", "9000", "--duration", "20s",
                    "--output", "json")
                try await Self.wait("replicas on node 4, and nothing under way") {
                    let replicas = try await Self.node(4, cluster)?["replicas"].int ?? 0
                    let areWhole = try await Self.allShards(cluster) { $0.count == 3 }
                    return replicas >= 6 && areWhole
                }
                try await Self.checkMoveAndTransfer(cluster)
                try await Self.checkDrain(cluster)
                try await Self.checkDecommission(cluster)
                let result = try await bench
                #expect(result.status == .exited(0), "\(result.errors)")
                let report = try JSONObject(result.lastLine)
                #expect(report["errors"].int == 0, "\(result.lastLine)")
                #expect(report["unknown"].int == 0, "\(result.lastLine)")
                print("placement under load: longest pause \(report["max_gap_ms"].double ?? -1) ms")
                await fourth.kill9()
            }
        }

        /// One of four is gone for good; nobody does anything about it.
        @Test func aLostNodeIsReplaced() async throws {
            try await ClusterProcess.with(splitAt: Self.borders, arguments: ["--repair-after", "5s"]) { cluster in
                let expected = try await Self.load(cluster)
                let fourth = cluster.newNode(4, arguments: ["--repair-after", "5s"])
                try await fourth.start()
                try await Self.wait("replicas on node 4") { try await Self.node(4, cluster)?["replicas"].int ?? 0 >= 6 }
                let lost = cluster.nodes[1]
                await lost.kill9()
                let began = ContinuousClock.now
                try await Self.wait("three live replicas of every shard", seconds: 60) {
                    try await Self.allShards(cluster) { $0.count == 3 && !$0.contains(2) }
                }
                print("a lost node: all shards whole after \(ContinuousClock.now - began)")
                let status = try await cluster.tool("admin", "status", "--output", "json")
                #expect(try JSONObject(status.text)["problems"].array?.count == 1, "\(status.text)")
                #expect(try await Self.dump(cluster) == expected)
                // It may come back: what it held is gone, and it gets its part again.
                try await lost.start()
                try await Self.wait("replicas on node 2") { try await Self.node(2, cluster)?["replicas"].int ?? 0 >= 4 }
                #expect(try await Self.dump(cluster) == expected)
                await fourth.kill9()
            }
        }

        /// The node that leads placement dies in the middle of a copy; the next one goes on with it.
        @Test func theLeaderOfPlacementDiesInTheMiddleOfAMove() async throws {
            try await ClusterProcess.with(splitAt: ["a"], arguments: ["--snapshot-rate", "2MiB"]) { cluster in
                let expected = try await Self.load(cluster, rows: 6_000, bytes: 1_500)
                let fourth = cluster.newNode(4, arguments: ["--snapshot-rate", "2MiB"])
                try await fourth.start()
                let tool = cluster.tool
                // The shard with the rows: balance moves it.
                try await Self.wait("a copy") { try await Self.shards(cluster)[3]?.contains(4) ?? false }
                let leader = try await Self.systemLeader(cluster)
                await leader.kill9()
                let began = ContinuousClock.now
                while try await tool("admin", "operators", "--timeout", "1s").status != .exited(0) {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let pause = ContinuousClock.now - began
                print("placement went on after \(pause)")
                #expect(pause < .seconds(4))
                try await leader.start()
                try await Self.wait("a whole shard on node 4", seconds: 90) {
                    let voters = try await Self.voters(3, cluster)
                    return voters.count == 3 && voters.contains(4)
                }
                #expect(try await Self.dump(cluster) == expected)
                await fourth.kill9()
            }
        }
    }
}

extension ProcessTests.PlacementTest {
    private static func checkMoveAndTransfer(_ cluster: ClusterProcess) async throws {
        let tool = cluster.tool
        let members = try #require(try await shards(cluster)[6])
        let (from, to) = (try #require(members.first), try #require((1...4).first { !members.contains($0) }))
        let move = try await tool("admin", "move", "6", "--from", "\(from)", "--to", "\(to)")
        #expect(move.status == .exited(0), "\(move.errors)")
        #expect(move.text == "shard 6: moved from node \(from) to node \(to)\n")
        #expect(try await shards(cluster)[6] == (members.filter { $0 != from } + [to]).sorted())
        let why = try await tool("admin", "why", "6")
        #expect(why.text.contains("requested: move shard 6 from node \(from) to node \(to)"), "\(why.text)")

        let twice = try await tool("admin", "move", "6", "--from", "\(from)", "--to", "\(to)")
        #expect(twice.status == .exited(1) && twice.errors.contains("has no voter on node \(from)"), "\(twice.errors)")
        let nowhere = try await tool("admin", "move", "6", "--from", "\(to)", "--to", "9")
        #expect(nowhere.status == .exited(1) && nowhere.errors.contains("there is no node 9"), "\(nowhere.errors)")

        let next = try #require(try await follower(of: 6, cluster))
        let transfer = try await tool("admin", "transfer", "6", "--to", "\(next)", "--output", "json")
        #expect(transfer.status == .exited(0), "\(transfer.errors)")
        #expect(try JSONObject(transfer.text)["state"].string == "done")
    }

    private static func checkDrain(_ cluster: ClusterProcess) async throws {
        let tool = cluster.tool
        let drain = try await tool("admin", "drain", "1")
        #expect(drain.status == .exited(0), "\(drain.errors)")
        let drained = try #require(try await node(1, cluster))
        #expect(drained["leaders"].int == 0 && drained["state"].string == "draining")
        #expect(drained["replicas"].int ?? 0 > 0)
        let undrain = try await tool("admin", "undrain", "1")
        #expect(undrain.status == .exited(0), "\(undrain.errors)")
        try await wait("leaderships on node 1") { try await node(1, cluster)?["leaders"].int ?? 0 > 0 }
    }

    private static func checkDecommission(_ cluster: ClusterProcess) async throws {
        let tool = cluster.tool
        let decommission = try await tool("admin", "decommission", "4")
        #expect(decommission.status == .exited(0), "\(decommission.errors)")
        let gone = try #require(try await node(4, cluster))
        #expect(gone["replicas"].int == 0 && gone["state"].string == "decommissioned")
        let refused = try await tool("admin", "decommission", "3")
        #expect(refused.status == .exited(1))
        #expect(refused.errors.contains("2 nodes are too few for 3 replicas"), "\(refused.errors)")
    }

    static func load(_ cluster: ClusterProcess, rows: Int = 3_000, bytes: Int = 100) async throws -> Data {
        var text = ""
        var random = SeededGenerator(seed: UInt64(rows))
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for row in 0..<rows {
            let digits = String(row)
            // All over the shards, and in key order.
            let place = letters[row * letters.count / rows]
            text += "\(place)\(String(repeating: "0", count: 9 - digits.count))\(digits)\t"
            for _ in 0..<(bytes / 12) {
                text += String(UInt64.random(in: (1 << 62)...UInt64.max, using: &random), radix: 36)
            }
            text += "\n"
        }
        let input = cluster.path("rows")
        try Data(text.utf8).write(to: URL(fileURLWithPath: input))
        let load = try await cluster.tool("kv", "load", input, "--timeout", "60s")
        #expect(load.status == .exited(0), "\(load.errors)")
        return Data(text.utf8)
    }

    static func dump(_ cluster: ClusterProcess) async throws -> Data {
        let dump = try await cluster.tool("kv", "dump", "--timeout", "60s")
        #expect(dump.status == .exited(0), "\(dump.errors)")
        return dump.output
    }

    static func nodes(_ cluster: ClusterProcess) async throws -> [JSONObject] {
        let answer = try await cluster.tool("admin", "nodes", "--output", "json")
        return try JSONObject(answer.text).array ?? []
    }

    static func node(_ number: Int, _ cluster: ClusterProcess) async throws -> JSONObject? {
        try await nodes(cluster).first { $0["id"].int == number }
    }

    /// The nodes of each shard's replicas, in order, by the shard's number; the system shard too.
    static func shards(_ cluster: ClusterProcess) async throws -> [Int: [Int]] {
        let answer = try await cluster.tool("admin", "shards", "--system", "--output", "json")
        var found: [Int: [Int]] = [:]
        for shard in try JSONObject(answer.text).array ?? [] {
            guard let id = shard["id"].int else { continue }
            found[id] = (shard["replicas"].array ?? []).compactMap { $0["node"].int }.sorted()
        }
        return found
    }

    static func allShards(_ cluster: ClusterProcess, _ isFine: ([Int]) -> Bool) async throws -> Bool {
        let found = try await shards(cluster)
        return !found.isEmpty && found.values.allSatisfy(isFine)
    }

    private static func voters(_ id: Int, _ cluster: ClusterProcess) async throws -> [Int] {
        let answer = try await cluster.tool("admin", "shards", "--output", "json")
        let shard = try JSONObject(answer.text).array?.first { $0["id"].int == id }
        let replicas = shard?["replicas"].array ?? []
        guard replicas.allSatisfy({ $0["role"].string == "voter" }) else { return [] }
        return replicas.compactMap { $0["node"].int }
    }

    /// A node with a voter that does not lead.
    static func follower(of id: Int, _ cluster: ClusterProcess) async throws -> Int? {
        let answer = try await cluster.tool("admin", "shards", "--output", "json")
        let shard = try JSONObject(answer.text).array?.first { $0["id"].int == id }
        return (shard?["replicas"].array ?? []).compactMap { $0["node"].int }.first { $0 != shard?["leader"].int }
    }

    private static func systemLeader(_ cluster: ClusterProcess) async throws -> NodeProcess {
        let answer = try await cluster.tool("admin", "shards", "--system", "--output", "json")
        let leader = try JSONObject(answer.text).array?.first { $0["id"].int == 1 }?["leader"].int
        return try #require(cluster.nodes.first { $0.number == leader }, "\(answer.text)")
    }

    private static func spread(_ counts: [Int]) -> Int { (counts.max() ?? 0) - (counts.min() ?? 0) }

    static func wait(
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
