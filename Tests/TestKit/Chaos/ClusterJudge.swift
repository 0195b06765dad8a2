import Foundation
import Linearizability

/// Decides whether a healed cluster has kept its promises to the clients of some runs.
package struct ClusterJudge {
    private let cluster: ChaosCluster
    /// What was found, added to what was there before.
    package private(set) var report: ChaosReport

    package init(_ cluster: ChaosCluster, report: ChaosReport = ChaosReport()) {
        self.cluster = cluster
        self.report = report
    }

    /// Looks at what is left and at what the clients saw; all nodes must be ready. Ends them, and compares their disks.
    package mutating func judge(_ runs: [BenchLoad.Run]) async throws {
        let rows = try await dump()
        report.rows = rows.count
        for run in runs { try await judge(run, rows.filter { $0.key.hasPrefix(run.prefix) }) }
        if report.acknowledged < 500 {
            report.problems.append("only \(report.acknowledged) writes: this proves nothing")
        }
        try await comesToRest()
        try await compareProgress()
        try await check()
        try await stop()
        try compareStores()
        for number in cluster.suspects { report.problems.append("node \(number) suspects itself") }
    }

    private mutating func dump() async throws -> [String: String] {
        let dump = try await cluster.tool.run(["kv", "dump", "--timeout", "30s"])
        guard dump.status == .exited(0) else {
            report.problems.append("kv dump: \(dump.status), \(dump.errors)")
            return [:]
        }
        var rows: [String: String] = [:]
        for line in dump.text.split(separator: "\n") {
            let fields = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
            if fields.count == 2 { rows[String(fields[0])] = String(fields[1]) }
        }
        return rows
    }

    /// Nothing acknowledged is lost if the reads of the final state still have an explanation.
    private mutating func judge(_ run: BenchLoad.Run, _ rows: [String: String]) async throws {
        var history = try run.history()
        report.operations += history.operations.count
        report.acknowledged += history.operations.count { $0.outcome == .ok && $0.kind != .get }
        report.unknown += history.operations.count { $0.outcome == .unknown }
        report.errors += run.errors
        for text in run.complaints { report.complaints[text, default: 0] += 1 }
        report.longestPause = max(report.longestPause, run.longestPause)
        try history.append(finalState: rows)
        var checker = LinearizabilityChecker()
        // A cas that was refused for another reason than its condition is "failed" too, and counted as an error.
        checker.failedCASReads = run.errors == 0
        if case .violation(let example) = try checker.check(history) {
            report.problems.append("\(run.file):\n\(example.text)")
        }
        let verify = try await cluster.tool.run(["verify", run.file] + (run.errors == 0 ? ["--strict-cas"] : []))
        if verify.status != .exited(0) { report.problems.append("verify \(run.file): \(verify.text)\(verify.errors)") }
    }

    /// Placement finishes what it has begun.
    private mutating func comesToRest() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        var last = ""
        while ContinuousClock.now < deadline {
            let answer = try await cluster.tool("admin", "operators", "--output", "json")
            last = answer.text + answer.errors
            if answer.status == .exited(0), (try? JSONObject(answer.text))?.array?.isEmpty == true { return }
            try await Task.sleep(for: .milliseconds(200))
        }
        report.problems.append("placement does not come to rest: \(last)")
    }

    /// The cluster's own check of its replicas.
    private mutating func check() async throws {
        let answer = try await cluster.tool.run(["admin", "check", "--timeout", "60s"])
        if answer.status != .exited(0) {
            report.problems.append("admin check: \(answer.status), \(answer.text)\(answer.errors)")
        }
    }

    /// Without load every replica of a shard gets as far as the others.
    private mutating func compareProgress() async throws {
        let list = try await cluster.tool("admin", "shards", "--system", "--output", "json")
        let shards = try JSONObject(list.text).array ?? []
        if shards.isEmpty { report.problems.append("no shards: \(list.errors)") }
        for shard in shards {
            guard let id = shard["id"].int, let replicas = shard["replicas"].array?.count else { continue }
            let deadline = ContinuousClock.now + .seconds(30)
            var seen = ""
            var isEqual = false
            while !isEqual, ContinuousClock.now < deadline {
                let answer = try await cluster.tool("admin", "shard", "\(id)", "--output", "json")
                seen = answer.text
                let status = (try? JSONObject(answer.text))?["status"].array ?? []
                isEqual =
                    status.count == replicas && Set(status.map { $0["applied"].int }).count == 1
                    && status.allSatisfy { $0["applied"].int != nil && $0["applied"].int == $0["commit"].int }
                if !isEqual { try await Task.sleep(for: .milliseconds(100)) }
            }
            if !isEqual { report.problems.append("shard \(id): the replicas do not meet: \(seen)") }
        }
    }

    /// All nodes end on demand, with 0.
    private mutating func stop() async throws {
        for node in cluster.nodes { node.signal(SIGTERM) }
        for node in cluster.nodes {
            let outcome = await node.terminate()
            if outcome != .exited(0) { report.problems.append(node.failure("ended with \(outcome)").description) }
        }
    }

    /// The replicas of each shard have the same rows, byte by byte, and nobody has anything else.
    private mutating func compareStores() throws {
        let stores = try cluster.nodes.map { (node: $0.number, store: try StoredShards($0.dataDirectory)) }
        report.problems += StoreComparison(stores).problems
    }
}
