import Foundation
import TestKit
import Testing

extension ProcessTests {
    /// A disk that has lost what was synced is found out, and never makes a node give a wrong answer.
    @Suite struct LostDataTest {
        private static let victim = 3
        private static let rows = 3000

        /// What is done to the directory of a node that does not run.
        struct Damage: Sendable {
            var name: String
            var inflict: @Sendable (DiskDamage) throws -> Void
        }

        private static let damages = [
            Damage(name: "the newest log file is gone") { try remove($0.logFiles.suffix(1)) },
            Damage(name: "all log files are gone") { try remove($0.logFiles) },
            Damage(name: "the log's tail is gone") { try DiskDamage.cut(last($0.logFiles), to: 0.6) },
            Damage(name: "a bit of the log is turned") { try DiskDamage.flipBit(last($0.logFiles), at: 0.5) },
            Damage(name: "an early bit of the log is turned") { try DiskDamage.flipBit(last($0.logFiles), at: 0.01) },
            Damage(name: "a bit of the manifest is turned") { try DiskDamage.flipBit(last($0.manifestFiles), at: 0.3) },
            Damage(name: "the manifest's tail is gone") { try DiskDamage.cut(last($0.manifestFiles), to: 0.5) },
            Damage(name: "a table is gone") { try remove($0.tableFiles.prefix(1)) },
            Damage(name: "CURRENT is gone") { try remove(["\($0.directory)/db/CURRENT"]) },
            Damage(name: "the whole store is gone") { try remove(["\($0.directory)/db"]) },
            Damage(name: "MARK is gone") { try remove(["\($0.directory)/MARK"]) },
        ]

        private static func remove(_ paths: some Sequence<String>) throws {
            for path in paths { try FileManager.default.removeItem(atPath: path) }
        }

        private static func last(_ paths: [String]) throws -> String { try #require(paths.last) }

        @Test func everyLossIsFoundOut() async throws {
            try await ClusterProcess.with(splitAt: ["key1500"]) { cluster in
                let node = cluster.nodes[Self.victim - 1]
                let (old, pristine) = (cluster.path("old"), cluster.path("pristine"))
                try await Self.load(cluster, value: "early")
                // A start writes its memory out: from here on there are tables, and a log that goes on.
                await cluster.killAll()
                try await cluster.startAll()
                await node.kill9()
                try Self.copy(node.dataDirectory, to: old)
                try await node.start()
                try await Self.load(cluster, value: "late")
                await node.kill9()
                try Self.copy(node.dataDirectory, to: pristine)
                try await Self.expectOldCopyNoticed(cluster, old)
                await cluster.killAll()
                for damage in Self.damages { try await Self.expectNoticed(damage, node, pristine) }
                try await Self.expectNoWrongByte(cluster, pristine)
            }
        }

        /// The node is alone: what it finds out it finds out by itself.
        private static func expectNoticed(_ damage: Damage, _ node: NodeProcess, _ pristine: String) async throws {
            try copy(pristine, to: node.dataDirectory)
            try damage.inflict(DiskDamage(directory: node.dataDirectory))
            try node.launch()
            #expect(try await isFoundOut(node), "\(damage.name): \(node.log.suffix(300))")
            await node.kill9()
            // The next start has not forgotten it, whether or not the first one came to an end.
            try node.launch()
            #expect(try await isFoundOut(node), "\(damage.name), second start: \(node.log.suffix(300))")
            await node.kill9()
        }

        /// Waits until the node either serves or shows that it knows: by saying what is wrong, by ending, or by holding
        /// no replica at all, so that it has nothing left to break a promise with.
        private static func isFoundOut(_ node: NodeProcess) async throws -> Bool {
            while node.isRunning {
                let answer = try? HTTPAnswer.get(port: node.httpPort, "/ready")
                let reasons = (try? JSONObject(answer?.body ?? ""))?["reasons"].array?.compactMap(\.string) ?? []
                if FileManager.default.fileExists(atPath: "\(node.dataDirectory)/SUSPECT"), !reasons.isEmpty {
                    return true
                }
                if answer != nil {
                    let metrics = try HTTPAnswer.get(port: node.httpPort, "/metrics").body
                    return metrics.contains("\ndshard_replicas 0\n")
                }
                try await Task.sleep(for: .milliseconds(10))
            }
            return await node.ended() == .exited(1)
        }

        /// Tables with turned bits: whoever reads them gets an error or the truth.
        private static func expectNoWrongByte(_ cluster: ClusterProcess, _ pristine: String) async throws {
            let node = cluster.nodes[victim - 1]
            try copy(pristine, to: node.dataDirectory)
            for path in try DiskDamage(directory: node.dataDirectory).tableFiles {
                for part in [0.1, 0.3, 0.5, 0.7] { try DiskDamage.flipBit(path, at: part) }
            }
            for node in cluster.nodes { try node.launch() }
            for node in cluster.nodes.dropLast() { _ = try await node.ready() }
            for endpoint in [node.address, cluster.nodes[0].address] {
                let dump = try await CommandLineTool(endpoints: endpoint).run(["kv", "dump", "--timeout", "5s"])
                for line in dump.text.split(separator: "\n") {
                    #expect(line.hasPrefix("key") && line.hasSuffix("\tlate"), "\(line)")
                }
                if dump.status == .exited(0) { #expect(dump.text.split(separator: "\n").count == rows) }
            }
            await node.kill9()
        }

        /// Nothing in an old copy contradicts itself: the others remember.
        private static func expectOldCopyNoticed(_ cluster: ClusterProcess, _ old: String) async throws {
            let node = cluster.nodes[victim - 1]
            try copy(old, to: node.dataDirectory)
            try node.launch()
            while node.isRunning, !FileManager.default.fileExists(atPath: "\(node.dataDirectory)/SUSPECT") {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(FileManager.default.fileExists(atPath: "\(node.dataDirectory)/SUSPECT"), "\(node.log.suffix(300))")
            // The others are a majority and have everything.
            let dump = try await CommandLineTool(endpoints: cluster.nodes[0].address).run(["kv", "dump"])
            #expect(dump.status == .exited(0), "\(dump.errors)")
            #expect(dump.text.split(separator: "\n").count { $0.hasSuffix("\tlate") } == rows)
        }

        private static func load(_ cluster: ClusterProcess, value: String) async throws {
            let input = cluster.path("rows")
            let lines = (0..<rows).map { String(format: "key%04d\t", $0) + value + "\n" }
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: input))
            let result = try await cluster.tool.run(["kv", "load", input])
            #expect(result.status == .exited(0), "\(result.errors)")
            try await comesToRest(cluster)
            // One more entry, whose sync covers on every node what was applied before it.
            let put = try await cluster.tool("kv", "put", "key0000", value)
            #expect(put.status == .exited(0), "\(put.errors)")
            try await comesToRest(cluster)
        }

        /// Waits until all replicas have applied everything.
        private static func comesToRest(_ cluster: ClusterProcess) async throws {
            for shard in [2, 3] {
                while true {
                    let answer = try await cluster.tool("admin", "shard", "\(shard)", "--output", "json")
                    let status = (try? JSONObject(answer.text))?["status"].array ?? []
                    let isEqual = Set(status.flatMap { [$0["applied"].int, $0["commit"].int] }).count == 1
                    if status.count == cluster.nodes.count, isEqual { break }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
        }

        private static func copy(_ from: String, to target: String) throws {
            if FileManager.default.fileExists(atPath: target) { try FileManager.default.removeItem(atPath: target) }
            try FileManager.default.copyItem(atPath: from, toPath: target)
        }
    }
}
