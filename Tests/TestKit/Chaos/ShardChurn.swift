import Foundation
import Synchronization

/// People who split, merge, move, hand over and drain while everything else goes wrong, one after the other. What they
/// ask for is drawn from a seed; often it cannot be done, and then they must be told.
package final class ShardChurn: Sendable {
    /// What they ask for.
    package enum Wish: String, Sendable, CaseIterable {
        case split, merge, move, transfer, drain, undrain
    }

    /// How often something was asked for, and granted; and answers that no command may give.
    package struct Tally: Sendable {
        /// Commands given.
        package var asked: [Wish: Int] = [:]
        /// Commands that ended with 0.
        package var granted: [Wish: Int] = [:]
        /// What no command may say.
        package var problems: [String] = []
    }

    private struct Shard {
        var id: Int
        var members: [Int]
    }

    private let tool: CommandLineTool
    private let nodes: Int
    private let isStopped = Atomic<Bool>(false)
    private let seed: UInt64

    /// More shards than this are not split further.
    private static let shardsMax = 14
    /// Longer than an answer takes when all is well, and short enough not to wait out every fault.
    private static let patience = "3s"

    /// People who give their commands with `tool` to a cluster of so many nodes.
    package init(tool: CommandLineTool, nodes: Int, seed: UInt64) {
        self.tool = tool
        self.nodes = nodes
        self.seed = SeededGenerator.mix(seed)
    }

    /// Nothing further is asked for.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Asks until `stop`; then lets every node serve again, which needs a healed cluster.
    package func run() async throws -> Tally {
        var random = SeededGenerator(seed: seed)
        var tally = Tally()
        var drained: Set<Int> = []
        while !isStopped.load(ordering: .relaxed) {
            if let (wish, words) = try await draw(&random, drained) {
                let answer = try await ask(wish, words, &tally)
                if let node = words.last.flatMap({ Int($0) }), answer == .exited(0) || answer == .exited(6) {
                    if wish == .drain { drained.insert(node) }
                    if wish == .undrain { drained.remove(node) }
                }
            }
            // People think in between; nothing is expected to have happened in that time.
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...600, using: &random)))
        }
        for node in drained.sorted() where try await ask(.undrain, ["\(node)"], &tally) != .exited(0) {
            tally.problems.append("node \(node) cannot be told to serve again")
        }
        return tally
    }

    private func ask(_ wish: Wish, _ words: [String], _ tally: inout Tally) async throws -> ProcessOutcome {
        let words = ["admin", wish.rawValue] + words
        let result = try await tool.run(words + ["--timeout", Self.patience])
        tally.asked[wish, default: 0] += 1
        switch result.status {
        case .exited(0): tally.granted[wish, default: 0] += 1
        // Refused, not known, or nobody there: see the contract of the commands. Everything else is a mistake.
        case .exited(1), .exited(6), .exited(7): break
        default: tally.problems.append("\(words.joined(separator: " ")): \(result.status), \(result.errors)")
        }
        return result.status
    }

    private func draw(
        _ random: inout SeededGenerator, _ drained: Set<Int>
    ) async throws -> (wish: Wish, words: [String])? {
        let wish = Self.weights[Int.random(in: 0..<Self.weights.count, using: &random)]
        let node = Int.random(in: 1...nodes, using: &random)
        let border = "run\(Int.random(in: 0...9, using: &random))-"
        let row = Int.random(in: 0..<300, using: &random)
        let pick = random.next()
        if wish == .drain {
            guard let other = drained.min() else { return (.drain, ["--no-wait", "\(node)"]) }
            return (.undrain, ["\(other)"])
        }
        let shards = try await shards()
        guard !shards.isEmpty else { return nil }
        let shard = shards[Int(pick % UInt64(shards.count))]
        switch wish {
        case .split:
            guard shards.count < Self.shardsMax else { return (.merge, ["\(shard.id)"]) }
            return (.split, ["--at", border + String(repeating: "0", count: 12 - "\(row)".count) + "\(row)"])
        case .move:
            guard let from = shard.members.first(where: { $0 != node }) else { return nil }
            return (.move, ["\(shard.id)", "--from", "\(from)", "--to", "\(node)"])
        case .transfer: return (.transfer, ["\(shard.id)", "--to", "\(node)"])
        default: return (.merge, ["\(shard.id)"])
        }
    }

    private static let weights: [Wish] = [
        .split, .split, .split, .split, .merge, .merge, .merge, .move, .move, .move, .transfer, .transfer, .drain,
    ]

    private func shards() async throws -> [Shard] {
        let answer = try await tool("admin", "shards", "--output", "json", "--timeout", "1s")
        let list = (try? JSONObject(answer.text))?.array ?? []
        return list.compactMap { row in
            row["id"].int.map { Shard(id: $0, members: (row["replicas"].array ?? []).compactMap { $0["node"].int }) }
        }
    }
}
