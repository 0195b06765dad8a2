import Foundation
import Keyspace
import Raft
import TestKit
import Testing
import Wire

extension ProcessTests {
    /// Replicas that fall too far behind, that are new, or that may have forgotten something, in real processes.
    @Suite struct SnapshotTest {
        @Test func aNodeThatIsFarBehindComesBackBySnapshot() async throws {
            try await ClusterProcess.with { cluster in
                try await Self.restart(cluster, with: ["--log-keep", "50"])
                let last = cluster.nodes[2]
                await last.kill9()
                let bench = try await cluster.tool(
                    "bench", "--workload", "put", "--clients", "4", "--keys", "5000", "--duration", "3s")
                #expect(bench.status == .exited(0), "\(bench.errors)")
                let expected = try await Self.dump(cluster)
                #expect(!expected.isEmpty)
                try await last.start()
                try await Self.wait("a snapshot") { Self.metric("dshard_snapshots_installed_total", last) > 0 }
                // It has to answer for the bytes: of the others only one is left.
                try await Self.waitUntilLevel(cluster)
                await cluster.nodes[0].kill9()
                #expect(try await Self.dump(cluster) == expected)
            }
        }

        @Test func aDamagedNodeComesBackAsAVoter() async throws {
            try await ClusterProcess.with(splitAt: ["key0000010000"]) { cluster in
                let expected = try await Self.load(cluster, rows: 20_000, bytes: 100)
                let node = cluster.nodes[1]
                await node.kill9()
                try Self.damageLog(of: node)
                // Ready is said only when no replica is suspect any more.
                try await node.start()
                #expect(node.log.contains("may have forgotten"))
                try await Self.wait("three voters on node 2") {
                    let shards = try await Self.shards(cluster)
                    return shards.count == 3 && shards.allSatisfy { Self.role(of: 2, in: $0) == "voter" }
                }
                #expect(!FileManager.default.fileExists(atPath: "\(node.dataDirectory)/SUSPECT"))
                #expect(Self.metric("dshard_replicas_destroyed_total", node) == 3)
                try await Self.waitUntilLevel(cluster)
                await cluster.nodes[0].kill9()
                #expect(try await Self.dump(cluster) == expected)
                // And it is a sound node after a restart.
                await node.kill9()
                try await node.start()
                #expect(try await Self.dump(cluster) == expected)
            }
        }

        /// The receiver, and then the sender, is killed in the middle of a large snapshot.
        @Test func killedInTheMiddleOfASnapshot() async throws {
            try await ClusterProcess.with { cluster in
                let expected = try await Self.load(cluster, rows: 40_000, bytes: 1_200)
                try await Self.restart(cluster, with: ["--snapshot-rate", "8MiB"])
                let joiner = NodeProcess(
                    number: 4, port: FreePorts.next(), httpPort: FreePorts.next(), folder: cluster.path("joiner"),
                    arguments: ["--join", cluster.nodes[0].address])
                try await joiner.start()
                try await Self.change(cluster) { ReplicaChange(addLearners: $0.hasReplica(on: 4) ? [] : [NodeID(4)]) }
                try await Self.wait("staging") { try Self.staged(joiner) > 4 << 20 }
                await joiner.kill9()
                try await joiner.start()
                try await Self.wait("staging") { try Self.staged(joiner) > 4 << 20 }
                let leader = try await Self.leader(cluster)
                await leader.kill9()
                try await leader.start()
                try await Self.wait("the snapshot", seconds: 120) {
                    Self.metric("dshard_snapshots_installed_total", joiner) > 0
                }
                // It becomes a voter, and another one goes: that was what placement had in mind.
                try await Self.wait("three voters, one of them on node 4") {
                    let shard = try await Self.shards(cluster).first { $0["id"].int == 2 }
                    let replicas = shard?["replicas"].array ?? []
                    return replicas.count == 3 && replicas.allSatisfy { $0["role"].string == "voter" }
                        && replicas.contains { $0["node"].int == 4 }
                }
                try await Self.wait("the end of the replica that went") {
                    cluster.nodes.contains { Self.metric("dshard_replicas_destroyed_total", $0) == 1 }
                }
                #expect(try await Self.dump(cluster) == expected)
                await joiner.kill9()
            }
        }
    }
}

extension ProcessTests.SnapshotTest {
    /// The same cluster with further arguments.
    fileprivate static func restart(_ cluster: ClusterProcess, with arguments: [String]) async throws {
        await cluster.killAll()
        for node in cluster.nodes { node.arguments += arguments }
        try await cluster.startAll()
    }

    /// Writes rows, and returns them as a dump shows them.
    @discardableResult
    fileprivate static func load(_ cluster: ClusterProcess, rows: Int, bytes: Int) async throws -> Data {
        var text: [UInt8] = []
        var random = SeededGenerator(seed: UInt64(rows))
        for row in 0..<rows {
            let digits = String(row)
            text += "key\(String(repeating: "0", count: 10 - digits.count))\(digits)\t".utf8
            for _ in 0..<(bytes / 8) {
                text += String(UInt64.random(in: (1 << 60)...UInt64.max, using: &random), radix: 36).utf8.prefix(8)
            }
            text += "\n".utf8
        }
        let input = cluster.path("rows\(rows)")
        try Data(text).write(to: URL(fileURLWithPath: input))
        let load = try await cluster.tool.run(["kv", "load", input, "--timeout", "60s"])
        #expect(load.status == .exited(0), "\(load.errors)")
        return Data(text)
    }

    fileprivate static func dump(_ cluster: ClusterProcess) async throws -> Data {
        let dump = try await cluster.tool.run(["kv", "dump", "--timeout", "60s"])
        #expect(dump.status == .exited(0), "\(dump.errors)")
        return dump.output
    }

    fileprivate static func wait(
        _ what: String, seconds: Int = 60, until isDone: () async throws -> Bool
    ) async throws {
        for _ in 0..<(seconds * 10) {
            if try await isDone() { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(what) did not come within \(seconds) s")
    }

    /// All replicas of a quiet cluster have applied the same.
    fileprivate static func waitUntilLevel(_ cluster: ClusterProcess) async throws {
        try await wait("a level cluster") {
            var applied: [UInt64: Set<UInt64>] = [:]
            for node in cluster.nodes where node.isRunning {
                for shard in try status(node).shards {
                    applied[shard.descriptor.shard.rawValue, default: []].insert(shard.applied.rawValue)
                }
            }
            return applied.values.allSatisfy { $0.count == 1 }
        }
    }

    fileprivate static func status(_ node: NodeProcess) throws -> NodeStatus {
        var client = try WireClient(port: node.port)
        try client.hello()
        guard case .status(let status) = try client.ask(.status).body else {
            throw WireClient.Unexpected(description: "no status")
        }
        return status
    }

    /// Minus one while the node does not tell: its HTTP port may open a moment after it says that it is ready.
    fileprivate static func metric(_ name: String, _ node: NodeProcess) -> Double {
        guard let text = try? HTTPAnswer.get(port: node.httpPort, "/metrics").body else { return -1 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line?.split(separator: " ").last.flatMap { Double($0) } ?? -1
    }

    fileprivate static func shards(_ cluster: ClusterProcess) async throws -> [JSONObject] {
        let answer = try await cluster.tool("admin", "shards", "--system", "--output", "json")
        return try JSONObject(answer.text).array ?? []
    }

    fileprivate static func role(of node: Int, in shard: JSONObject) -> String? {
        shard["replicas"].array?.first { $0["node"].int == node }?["role"].string
    }

    /// The node that leads the only user shard.
    fileprivate static func leader(_ cluster: ClusterProcess) async throws -> NodeProcess {
        for _ in 0..<100 {
            let shard = try await shards(cluster).first { $0["id"].int == 2 }
            if let leader = shard?["leader"].int, let node = cluster.nodes.first(where: { $0.number == leader }) {
                return node
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw WireClient.Unexpected(description: "the shard has no leader")
    }

    /// Bytes of snapshots that are on their way to the node.
    fileprivate static func staged(_ node: NodeProcess) throws -> Int {
        let folder = "\(node.dataDirectory)/snapshots"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return files.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(file)")
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }

    /// Has the user shard's leader make a change; nothing is asked when nothing is to change.
    fileprivate static func change(
        _ cluster: ClusterProcess, _ change: (Descriptor) -> ReplicaChange
    ) async throws {
        var last = ""
        for _ in 0..<300 {
            let node = try await leader(cluster)
            if let descriptor = try status(node).shards.first(where: { $0.descriptor.shard == ShardID(2) })?.descriptor
            {
                let wanted = change(descriptor)
                if wanted == ReplicaChange() { return }
                var client = try WireClient(port: node.port)
                try client.hello()
                let request = ReplicaRequest(shard: descriptor.shard, epoch: descriptor.epoch, change: wanted)
                let answer = try client.ask(.replicas(request)).body
                if case .descriptor = answer { return }
                last = "\(answer)"
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the change was not made: \(last)")
    }

    /// Cuts the newest file of the write-ahead log in half, as a lying disk does.
    fileprivate static func damageLog(of node: NodeProcess) throws {
        let folder = "\(node.dataDirectory)/db/wal"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }
        let name = try #require(names.max())
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: "\(folder)/\(name)"))
        // Entries come first and are synced; what was applied of them may be all that the second half has, and lacks
        // nothing when it is gone: it is applied again.
        try file.truncate(atOffset: try file.seekToEnd() / 10)
        try file.close()
    }
}

extension Descriptor {
    fileprivate func hasReplica(on node: UInt64) -> Bool {
        configuration.members.contains { $0.node == NodeID(node) }
    }
}
