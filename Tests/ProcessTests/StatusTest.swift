import TestKit
import Testing

extension ProcessTests {
    /// What scripts and dashboards read keeps its shape.
    @Suite struct StatusTest {
        @Test func statusHasThePromisedShapes() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                let put = try await cluster.tool("kv", "put", "a", "1")
                #expect(put.status == .exited(0), "\(put.errors)")
                try await Self.checkNodes(cluster)
                try await Self.checkShards(cluster)
                let status = try await cluster.tool("admin", "status", "--output", "json")
                let object = try JSONObject(status.text)
                #expect(object["nodes"].array?.count == 3)
                #expect((object["shards"].array?.count ?? 0) >= 2)
                let table = try await cluster.tool("admin", "status")
                for node in cluster.nodes { #expect(table.text.contains(node.address)) }
                try Self.checkHTTP(cluster)
            }
        }

        /// Whoever wants to see what is wrong must not have to wait for what is wrong.
        @Test func aDeadNodeIsNotWaitedFor() async throws {
            try await ClusterProcess.with(splitAt: ["m"]) { cluster in
                await cluster.nodes[2].kill9()
                try await Self.expectShown(cluster, missing: 3)
                try await cluster.nodes[2].start()
                // One that is there and says nothing is given two seconds.
                cluster.nodes[1].signal(19)
                try await Self.expectShown(cluster, missing: 2)
                cluster.nodes[1].signal(18)
                try await PlacementTest.wait("three nodes that answer") {
                    let answer = try await cluster.tool("admin", "shards")
                    return answer.status == .exited(0) && !answer.text.contains("?")
                }
            }
        }

        /// The request may take a minute; whoever waits for the node needs it.
        private static func expectShown(_ cluster: ClusterProcess, missing node: Int) async throws {
            for _ in 0..<3 {
                let began = ContinuousClock.now
                let answer = try await cluster.tool("admin", "shards", "--timeout", "60s")
                let time = ContinuousClock.now - began
                #expect(answer.status == .exited(0), "\(answer.errors)")
                #expect(time < .seconds(30), "\(time)")
                print("admin shards without node \(node): \(time)")
                let rows = answer.text.split(separator: "\n").dropFirst()
                #expect(rows.count == 2 && rows.allSatisfy { $0.contains("\(node)?") }, "\(answer.text)")
            }
        }

        private static func checkNodes(_ cluster: ClusterProcess) async throws {
            let answer = try await cluster.tool("admin", "nodes", "--output", "json")
            let nodes = try #require(try JSONObject(answer.text).array, "\(answer.errors)")
            #expect(nodes.compactMap { $0["id"].int } == [1, 2, 3])
            #expect(nodes.compactMap { $0["address"].string } == cluster.nodes.map(\.address))
            for node in nodes {
                #expect(node.names.isSuperset(of: ["id", "address", "state", "leaders", "replicas", "labels"]))
                #expect((node["replicas"].int ?? 0) >= 2)
            }
        }

        private static func checkShards(_ cluster: ClusterProcess) async throws {
            let answer = try await cluster.tool("admin", "shards", "--output", "json")
            let shards = try #require(try JSONObject(answer.text).array, "\(answer.errors)")
            #expect(shards.compactMap { $0["start"].string } == ["", "m"])
            #expect(shards.compactMap { $0["end"].string } == ["m", ""])
            for shard in shards {
                let names: Set = ["id", "start", "end", "leader", "replicas", "epoch", "size_bytes", "keys"]
                #expect(shard.names.isSuperset(of: names))
                #expect((1...3).contains(shard["leader"].int ?? 0))
                #expect(shard["replicas"].array?.compactMap { $0["node"].int }.sorted() == [1, 2, 3])
                #expect(shard["replicas"].array?.allSatisfy { $0["role"].string != nil } == true)
                #expect(shard["epoch"].names == ["version", "config"])
                // A version exceeds what a JSON number holds exactly.
                #expect(shard["epoch"]["version"].string.flatMap(UInt64.init) != nil)
            }
            let all = try await cluster.tool("admin", "shards", "--system", "--output", "json")
            #expect(try JSONObject(all.text).array?.count == 3)
            let id = try #require(shards.first?["id"].int)
            let one = try await cluster.tool("admin", "shard", "\(id)", "--output", "json")
            #expect(try JSONObject(one.text)["id"].int == id)
            let none = try await cluster.tool("admin", "shard", "999999")
            #expect(none.status == .exited(4) && none.output.isEmpty && !none.errors.isEmpty)
        }

        private static func checkHTTP(_ cluster: ClusterProcess) throws {
            for node in cluster.nodes {
                for path in ["/health", "/livez", "/ready", "/readyz"] {
                    #expect(try HTTPAnswer.get(port: node.httpPort, path).status == 200, "\(path)")
                }
                let metrics = try HTTPAnswer.get(port: node.httpPort, "/metrics")
                #expect(metrics.status == 200)
                #expect(metrics.headers.contains { $0.lowercased().hasPrefix("content-type: text/plain") })
                let samples = metrics.body.split(separator: "\n").filter { !$0.hasPrefix("#") }
                #expect(samples.count > 5)
                #expect(samples.allSatisfy { $0.split(separator: " ").last.flatMap { Double($0) } != nil })
                #expect(try HTTPAnswer.get(port: node.httpPort, "/nowhere").status == 404)
            }
        }

        @Test func readyTellsWhenTheQuorumIsGone() async throws {
            try await ClusterProcess.with { cluster in
                await cluster.nodes[1].kill9()
                await cluster.nodes[2].kill9()
                // Until the node has noticed, which takes it at most an election timeout.
                while try HTTPAnswer.get(port: cluster.nodes[0].httpPort, "/ready").status == 200 {
                    try await Task.sleep(for: .milliseconds(50))
                }
                let answer = try HTTPAnswer.get(port: cluster.nodes[0].httpPort, "/ready")
                #expect(answer.status == 503)
                #expect(try JSONObject(answer.body)["reasons"].array?.isEmpty == false)
                #expect(try HTTPAnswer.get(port: cluster.nodes[0].httpPort, "/health").status == 200)
                let get = try await cluster.tool("kv", "get", "a", "--timeout", "1s")
                #expect(get.status == .exited(7))
            }
        }
    }
}
