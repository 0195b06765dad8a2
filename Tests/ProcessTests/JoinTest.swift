import TestKit
import Testing

extension ProcessTests {
    /// A node enters a running cluster, serves routes there, and is the same node after a restart.
    @Suite struct JoinTest {
        @Test func aNodeJoinsARunningCluster() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let joiner = Self.joiner(cluster, "--join", cluster.nodes[1].address, "--labels", "zone=b,rack=2")
                try joiner.launch()
                #expect(try await joiner.ready() == "ready: node 4, listening on \(joiner.address)")
                try await Self.checkListed(cluster, joiner, labels: ["rack": "2", "zone": "b"])
                try await Self.checkServesRoutes(joiner)

                // The same directory is the same node, and the flag is not needed any more.
                await joiner.kill9()
                joiner.arguments = ["--labels", "zone=c"]
                try joiner.launch()
                #expect(try await joiner.ready() == "ready: node 4, listening on \(joiner.address)")
                try await Self.checkListed(cluster, joiner, labels: ["zone": "c"])
                try await Self.checkServesRoutes(joiner)
                #expect(await joiner.terminate() == .exited(0))
            }
        }

        @Test func idsAreNotReusedAndSurviveALeaderChange() async throws {
            try await ClusterProcess.with { cluster in
                // Not in its own list of the first nodes: it joins.
                let list = cluster.nodes.map(\.address).joined(separator: ",")
                let fourth = Self.joiner(cluster, "--initial-cluster", list)
                try fourth.launch()
                #expect(try await fourth.ready().hasPrefix("ready: node 4,"))

                let leader = try await Self.systemLeader(cluster)
                await leader.kill9()
                // Asks a node without any replica, which sends it to the new leader.
                let fifth = Self.joiner(cluster, "--join", fourth.address)
                try fifth.launch()
                #expect(try await fifth.ready().hasPrefix("ready: node 5,"))
                try await Self.checkServesRoutes(fifth)
                try await leader.start()
                try await Self.checkListed(cluster, fourth, labels: [:])
                try await Self.checkListed(cluster, fifth, labels: [:])
                await fourth.kill9()
                await fifth.kill9()
            }
        }

        @Test func aWipedNodeIsNotTheOneItWas() async throws {
            try await ClusterProcess.with { cluster in
                let joiner = Self.joiner(cluster, "--join", cluster.nodes[0].address)
                try await joiner.start()
                await joiner.kill9()
                let stranger = NodeProcess(
                    number: 5, port: joiner.port, httpPort: joiner.httpPort, folder: cluster.path("stranger"),
                    arguments: ["--join", cluster.nodes[0].address])
                try stranger.launch()
                await #expect(throws: NodeProcess.Failure.self) { try await stranger.ready() }
                #expect(await stranger.ended() == .exited(1))
                #expect(stranger.log.contains("is node 4 of a running cluster"), "\(stranger.log)")
            }
        }

        @Test func whileNobodyAnswersItWaits() async throws {
            let folder = try TemporaryFolder("dshard-join")
            let nobody = FreePorts.next()
            let joiner = NodeProcess(
                number: 1, port: FreePorts.next(), httpPort: FreePorts.next(), folder: folder.path("node"),
                arguments: ["--join", "127.0.0.1:\(nobody)"])
            try joiner.launch()
            while !joiner.log.contains("waiting for 127.0.0.1:\(nobody) ("), joiner.isRunning {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(joiner.isRunning, "\(joiner.log)")
            await joiner.kill9()
        }

        private static func joiner(_ cluster: ClusterProcess, _ arguments: String...) -> NodeProcess {
            let port = FreePorts.next()
            return NodeProcess(
                number: cluster.nodes.count + 1, port: port, httpPort: FreePorts.next(),
                folder: cluster.path("joiner\(port)"), arguments: arguments)
        }

        /// All nodes know it, at the latest once its labels are recorded.
        private static func checkListed(
            _ cluster: ClusterProcess, _ node: NodeProcess, labels: [String: String]
        ) async throws {
            for known in cluster.nodes {
                let tool = CommandLineTool(endpoints: known.address)
                var found: [String: String]?
                for _ in 0..<100 where found != labels {
                    let answer = try await tool("admin", "nodes", "--output", "json")
                    let rows = try #require(try JSONObject(answer.text).array, "\(answer.errors)")
                    let row = rows.first { $0["address"].string == node.address }
                    found = row.map { row in
                        var labels: [String: String] = [:]
                        for name in row["labels"].names { labels[name] = row["labels"][name].string }
                        return labels
                    }
                    if found != labels { try await Task.sleep(for: .milliseconds(100)) }
                }
                #expect(found == labels, "node \(known.number) lists \(String(describing: found))")
            }
        }

        /// Keys are found by way of a node that holds none.
        private static func checkServesRoutes(_ node: NodeProcess) async throws {
            let tool = CommandLineTool(endpoints: node.address)
            for key in ["a", "z"] {
                let put = try await tool("kv", "put", key, "\(node.port)")
                #expect(put.status == .exited(0), "\(put.errors)")
                let get = try await tool("kv", "get", key)
                #expect(get.text.hasPrefix("\(node.port)"), "\(get.errors)")
            }
            #expect(try HTTPAnswer.get(port: node.httpPort, "/ready").status == 200)
        }

        private static func systemLeader(_ cluster: ClusterProcess) async throws -> NodeProcess {
            let answer = try await cluster.tool("admin", "shards", "--system", "--output", "json")
            let shards = try #require(try JSONObject(answer.text).array, "\(answer.errors)")
            let leader = try #require(shards.first { $0["id"].int == 1 }?["leader"].int)
            return try #require(cluster.nodes.first { $0.number == leader })
        }
    }
}
