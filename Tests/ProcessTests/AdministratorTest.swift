import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// Administrators who are late, too many, or unlucky: everything that was begun comes to an end by itself, and no
    /// row is lost.
    @Suite struct AdministratorTest {
        /// Two neighbours on different nodes become one: placement brings them together.
        @Test func shardsOnDifferentNodesAreMerged() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let expected = try await PlacementTest.load(cluster)
                let fourth = cluster.newNode(4)
                try await fourth.start()
                try await Self.rest(cluster, of: 4)
                // In any order that balance has left: one of them goes elsewhere.
                let found = try await PlacementTest.shards(cluster)
                if found[2] == found[3], let from = found[3]?.first, let to = Self.other(than: found[3] ?? [], of: 4) {
                    let move = try await cluster.tool("admin", "move", "3", "--from", "\(from)", "--to", "\(to)")
                    #expect(move.status == .exited(0), "\(move.errors)")
                }
                let apart = try await PlacementTest.shards(cluster)
                #expect(apart[2] != apart[3])
                let merge = try await cluster.tool("admin", "merge", "2")
                #expect(merge.status == .exited(0), "\(apart): \(merge.errors)")
                try await Self.rest(cluster, of: 4)
                #expect(try await PlacementTest.shards(cluster).keys.sorted() == [1, 2])
                #expect(try await PlacementTest.dump(cluster) == expected)
                await fourth.kill9()
            }
        }

        @Test func aMoveToANodeThatIsDownIsRefused() async throws {
            try await ClusterProcess.with(splitAt: ["d", "h", "m", "r"]) { cluster in
                let fourth = cluster.newNode(4)
                try await fourth.start()
                try await Self.rest(cluster, of: 4)
                await fourth.kill9()
                let (shard, from) = try #require(try await Self.shardWithout(4, cluster))
                let before = try await PlacementTest.shards(cluster)
                // Until placement has missed it for three seconds, the change is begun, and ends with the reason.
                try await PlacementTest.wait("a refusal", seconds: 30) {
                    let move = try await cluster.tool(
                        "admin", "move", "\(shard)", "--from", "\(from)", "--to", "4")
                    #expect(move.status == .exited(1), "\(move.text)\(move.errors)")
                    return move.errors.contains("node 4 is not up")
                }
                try await PlacementTest.wait("the shard as it was", seconds: 30) {
                    try await PlacementTest.shards(cluster)[shard] == before[shard]
                }
            }
        }

        /// Of two that want different things of one shard at the same moment, one gets it, and the other is told of it.
        @Test func ofTwoAtOnceOneIsTold() async throws {
            let slow = ["--snapshot-rate", "2MiB"]
            try await ClusterProcess.with(splitAt: ["a"], arguments: slow) { cluster in
                let expected = try await PlacementTest.load(cluster, rows: 6_000, bytes: 1_500)
                let others = [cluster.newNode(4, arguments: slow), cluster.newNode(5, arguments: slow)]
                for node in others { try await node.start() }
                try await Self.rest(cluster, of: 5)
                let members = try #require(try await PlacementTest.shards(cluster)[3])
                let absent = (1...5).filter { !members.contains($0) }
                try #require(absent.count == 2)
                let tool = cluster.tool
                async let one = tool("admin", "move", "3", "--from", "\(members[0])", "--to", "\(absent[0])")
                async let two = tool("admin", "move", "3", "--from", "\(members[1])", "--to", "\(absent[1])")
                let ends = try await [one, two]
                #expect(ends.map(\.status).filter { $0 == .exited(0) }.count == 1, "\(ends.map(\.errors))")
                let loser = try #require(ends.first { $0.status != .exited(0) })
                #expect(loser.status == .exited(1))
                #expect(loser.errors.contains("busy: shard 3, manual"), "\(loser.errors)")
                #expect(loser.errors.contains("requested: move shard 3"), "\(loser.errors)")
                try await Self.rest(cluster, of: 5)
                #expect(try await PlacementTest.dump(cluster) == expected)
                for node in others { await node.kill9() }
            }
        }

        /// Small shards that nobody uses become fewer, by themselves, and only as few as nodes have work for.
        @Test func quietShardsAreMerged() async throws {
            let borders = (0..<15).map { "\(Array("abcdefghijklmno")[$0])" }
            try await ClusterProcess.with(splitAt: borders, arguments: ["--merge-after", "3s"]) { cluster in
                let expected = try await PlacementTest.load(cluster)
                // Four for each node, the system shard among them.
                try await PlacementTest.wait("eleven shards of users", seconds: 90) {
                    try await PlacementTest.shards(cluster).count == 12
                }
                try await Self.rest(cluster, of: 3)
                try await SplitTest.checkTiles(cluster, shards: 11)
                #expect(try await PlacementTest.dump(cluster) == expected)
                let check = try await cluster.tool("admin", "check", "--timeout", "20s")
                #expect(check.status == .exited(0), "\(check.text)\(check.errors)")
            }
        }

        /// The node that is to get a copy dies in the middle of it; then the one that sends it.
        @Test func nodesDieInTheMiddleOfAMove() async throws {
            let slow = ["--snapshot-rate", "2MiB", "--repair-after", "1h"]
            try await ClusterProcess.with(splitAt: ["a"], arguments: slow) { cluster in
                let fourth = cluster.newNode(4, arguments: slow)
                try await fourth.start()
                try await Self.rest(cluster, of: 4)
                let expected = try await PlacementTest.load(cluster, rows: 6_000, bytes: 1_500)
                try await Self.rest(cluster, of: 4)
                let nodes = cluster.nodes + [fourth]
                for isTarget in [true, false] {
                    let (members, to) = try await Self.beginMove(of: 3, cluster)
                    let leader = try #require(try await Self.leader(of: 3, cluster))
                    let victim = try #require(nodes.first { $0.number == (isTarget ? to : leader) })
                    await victim.kill9()
                    print("a move from \(members) to \(to): node \(victim.number) died")
                    // How long it is away. Nothing is expected to have happened by then.
                    try await Task.sleep(for: .seconds(4))
                    try await victim.start()
                    try await Self.rest(cluster, of: 4)
                    #expect(try await PlacementTest.dump(cluster) == expected)
                }
                await fourth.kill9()
            }
        }

        /// The shard's leader dies around the moment of a split, and of a merge.
        @Test func leadersDieInTheMiddleOfSplitsAndMerges() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let expected = try await PlacementTest.load(cluster)
                for (round, pause) in [0, 15, 60].enumerated() {
                    let border = ["c", "e", "g"][round]
                    try await Self.interrupt(cluster, 2, pause, "split", "--at", border)
                    let shards = try await PlacementTest.shards(cluster).count
                    // Either it took place, or nothing has changed.
                    #expect(shards == 3 || shards == 4, "\(shards)")
                    if shards == 3 {
                        let again = try await cluster.tool("admin", "split", "--at", border)
                        #expect(again.status == .exited(0), "\(again.errors)")
                    }
                    try await Self.interrupt(cluster, 2, pause, "merge", "2")
                    let left = try await PlacementTest.shards(cluster).count
                    #expect(left == 3 || left == 4, "\(left)")
                    if left == 4 {
                        let again = try await cluster.tool("admin", "merge", "2")
                        #expect(again.status == .exited(0), "\(again.errors)")
                    }
                    #expect(try await PlacementTest.dump(cluster) == expected)
                }
                try await SplitTest.checkTiles(cluster, shards: 2)
                let check = try await cluster.tool("admin", "check", "--timeout", "20s")
                #expect(check.status == .exited(0), "\(check.text)\(check.errors)")
            }
        }
    }
}

extension ProcessTests.AdministratorTest {
    private typealias PlacementTest = ProcessTests.PlacementTest

    /// Has the change recorded, and kills the leader of the shard a moment later.
    private static func interrupt(
        _ cluster: ClusterProcess, _ shard: Int, _ milliseconds: Int, _ words: String...
    ) async throws {
        let leader = try #require(try await leader(of: shard, cluster))
        let victim = try #require(cluster.nodes.first { $0.number == leader })
        let answer = try await cluster.tool.run(["admin"] + words + ["--no-wait"])
        #expect(answer.status == .exited(0), "\(words): \(answer.errors)")
        #expect(UInt64(answer.lastLine) ?? 0 > 0, "\(answer.text)")
        // Which moment of the change is struck is what the caller varies.
        try await Task.sleep(for: .milliseconds(milliseconds))
        await victim.kill9()
        try await victim.start()
        try await rest(cluster, of: 3)
    }

    /// Begins to move a shard, and returns once the newcomer is there; with the shard's nodes before, and the new one.
    private static func beginMove(of shard: Int, _ cluster: ClusterProcess) async throws -> ([Int], to: Int) {
        let members = try #require(try await PlacementTest.shards(cluster)[shard])
        let to = try #require(other(than: members, of: 4))
        let leader = try await leader(of: shard, cluster)
        let from = try #require(members.first { $0 != leader })
        let move = try await cluster.tool(
            "admin", "move", "\(shard)", "--from", "\(from)", "--to", "\(to)", "--no-wait")
        #expect(move.status == .exited(0), "\(move.errors)")
        try await PlacementTest.wait("a newcomer") {
            try await PlacementTest.shards(cluster)[shard]?.contains(to) ?? false
        }
        return (members, to)
    }

    private static func leader(of shard: Int, _ cluster: ClusterProcess) async throws -> Int? {
        let answer = try await cluster.tool("admin", "shards", "--output", "json")
        return try JSONObject(answer.text).array?.first { $0["id"].int == shard }?["leader"].int
    }

    private static func other(than members: [Int], of count: Int) -> Int? {
        (1...count).first { !members.contains($0) }
    }

    /// A shard of users without a replica on the node, and a node that has one.
    private static func shardWithout(_ node: Int, _ cluster: ClusterProcess) async throws -> (Int, from: Int)? {
        let found = try await PlacementTest.shards(cluster).filter { $0.key > 1 && !$0.value.contains(node) }
        return found.min { $0.key < $1.key }.flatMap { entry in entry.value.first.map { (entry.key, $0) } }
    }

    /// Until nothing runs, all nodes serve, every shard has a leader and three voters, and replicas are even.
    private static func rest(_ cluster: ClusterProcess, of count: Int) async throws {
        var quiet = 0
        try await PlacementTest.wait("rest", seconds: 90) {
            let operators = try await cluster.tool("admin", "operators", "--output", "json")
            let nodes = try await PlacementTest.nodes(cluster)
            let answer = try await cluster.tool("admin", "shards", "--system", "--output", "json")
            let shards = try JSONObject(answer.text).array ?? []
            let isWhole = shards.allSatisfy { shard in
                let replicas = shard["replicas"].array ?? []
                let isSystem = shard["id"].int == 1
                return replicas.count == (isSystem && count >= 5 ? 5 : 3) && shard["leader"].int != nil
                    && replicas.allSatisfy { $0["role"].string == "voter" }
            }
            let running = operators.status == .exited(0) ? try JSONObject(operators.text).array?.count : nil
            let isQuiet =
                running == 0
                && nodes.count == count && nodes.allSatisfy { $0["state"].string == "up" } && isWhole
                && !shards.isEmpty
            // A pass may just be about to find something.
            quiet = isQuiet ? quiet + 1 : 0
            return quiet >= 15
        }
    }
}
