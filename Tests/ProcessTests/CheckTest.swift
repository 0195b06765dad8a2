import Foundation
import Keyspace
import RocksEngine
import Storage
import TestKit
import Testing

extension ProcessTests {
    /// Replicas are compared on request, and one that is not what the others are is replaced (rule 39).
    @Suite struct CheckTest {
        private static let rows = 3_000

        @Test func aSilentlyAlteredReplicaIsFoundAndReplaced() async throws {
            try await ClusterProcess.with(splitAt: ["key1500"]) { cluster in
                try await Self.load(cluster)
                try await Self.expectCleanUnderLoad(cluster)
                let node = cluster.nodes[2]
                #expect(await node.terminate() == .exited(0))
                try await Self.expectMissingNodeNamed(cluster)
                try Self.alter(node.dataDirectory, key: "key2000")
                try await node.start()
                try await Self.expectFound(cluster)
                let began = ContinuousClock.now
                try await Self.expectReplaced(cluster)
                print("an altered replica: replaced and equal after \(ContinuousClock.now - began)")
                let row = try await cluster.tool("kv", "get", "key2000")
                #expect(row.text == "value")
                #expect(try Self.metric("dshard_check_divergences_total", cluster) >= 1)
                #expect(try Self.metric("dshard_suspect_replicas", cluster) == 0)
            }
        }

        private static func load(_ cluster: ClusterProcess) async throws {
            let input = cluster.path("rows")
            let lines = (0..<rows).map { String(format: "key%04d\tvalue\n", $0) }
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: input))
            let result = try await cluster.tool.run(["kv", "load", input])
            #expect(result.status == .exited(0), "\(result.errors)")
        }

        private static func check(_ cluster: ClusterProcess) async throws -> (clean: Bool, shards: [JSONObject]) {
            let answer = try await cluster.tool("admin", "check", "--output", "json", "--timeout", "20s")
            let object = try JSONObject(answer.text)
            let isClean = object["equal"].int == 1
            #expect(answer.status == .exited(isClean ? 0 : 1), "\(answer.errors)")
            #expect(isClean || !answer.errors.isEmpty)
            return (isClean, object["shards"].array ?? [])
        }

        /// Nothing is found where there is nothing, whatever is being written.
        private static func expectCleanUnderLoad(_ cluster: ClusterProcess) async throws {
            let tool = cluster.tool
            async let bench = tool(
                "bench", "--workload", "mixed", "--clients", "8", "--keys", "2000", "--duration", "6s", "--output",
                "json")
            for _ in 0..<3 {
                let (isClean, shards) = try await check(cluster)
                #expect(isClean, "\(shards.map { $0["result"].string ?? "" })")
                #expect(shards.count == 3)
                #expect(shards.allSatisfy { $0["replicas"].array?.count == 3 })
            }
            let result = try await bench
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(try JSONObject(result.lastLine)["errors"].int == 0, "\(result.lastLine)")
            let table = try await tool("admin", "check")
            #expect(table.status == .exited(0), "\(table.errors)")
            #expect(table.text.contains("3 shards, 9 replicas: all equal"))
        }

        private static func expectMissingNodeNamed(_ cluster: ClusterProcess) async throws {
            let (isClean, shards) = try await check(cluster)
            #expect(!isClean)
            for shard in shards {
                #expect(shard["result"].string == "incomplete")
                let missing = (shard["replicas"].array ?? []).filter { $0["finding"].string == "not-heard" }
                #expect(missing.compactMap { $0["node"].int } == [3])
            }
        }

        /// Writes another value over one that is there, as nobody would notice.
        private static func alter(_ path: String, key: String) throws {
            let directory = try DataDirectory.open(path)
            let (engine, _) = try RocksEngine.open(directory)
            let key = Key.user(Array(key.utf8)).bytes
            var stored: [UInt8] = []
            _ = try key.withBytes { (key) throws(StorageError) in
                try engine.get(key, tier: .disk) { stored = [UInt8](copying: $0) }
            }
            try #require(stored.count > 10)
            stored[stored.count - 1] ^= 1
            let batch = engine.makeBatch()
            key.withBytes { key in stored.withBytes { batch.put(key, header: $0, value: RawSpan()) } }
            try engine.write(batch, writer: 1)
            try engine.sync()
            try engine.close()
        }

        private static func expectFound(_ cluster: ClusterProcess) async throws {
            // The node may have to catch up first.
            for _ in 0..<50 {
                let (isClean, shards) = try await check(cluster)
                try #require(!isClean)
                let divergent = shards.filter { $0["result"].string == "divergent" }
                guard let shard = divergent.first else { continue }
                #expect(divergent.count == 1)
                let different = (shard["replicas"].array ?? []).filter { $0["finding"].string == "data-differs" }
                #expect(different.compactMap { $0["node"].int } == [3])
                return
            }
            Issue.record("the altered row was not found")
        }

        private static func expectReplaced(_ cluster: ClusterProcess) async throws {
            let end = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < end {
                let (isClean, shards) = try await check(cluster)
                // Three replicas of everything again, and all of them equal.
                if isClean, !shards.isEmpty, shards.allSatisfy({ $0["replicas"].array?.count == 3 }) { return }
                try await Task.sleep(for: .milliseconds(200))
            }
            let table = try await cluster.tool("admin", "check")
            let status = try await cluster.tool("admin", "status")
            Issue.record("not replaced within 60 s: \(table.text)\(status.text)\(cluster.nodes[2].log.suffix(3_000))")
        }

        private static func metric(_ name: String, _ cluster: ClusterProcess) throws -> Int {
            try cluster.nodes.reduce(0) { sum, node in
                let lines = try HTTPAnswer.get(port: node.httpPort, "/metrics").body.split(separator: "\n")
                let line = lines.first { $0.hasPrefix("\(name) ") }
                return sum + (line.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0)
            }
        }
    }
}
