import Keyspace
import Placement
import PlacementModel
import Raft

/// Runs the commands of a golden script against a model cluster. A word `name=value` sets something; a replica is named
/// by its node.
///
/// ```
/// rules replication=5 spread=zone,rack repair=60s merge-after=60s shards-per-node=0 …
/// node 1 zone=a capacity=100GiB slow=yes suspect=yes       adds a node, or changes it
/// shard 2 a c on 1 2 3 leader=2 bytes=100MiB learners=4    keys from a up to c; `-` is the first or last key
/// shard 2 a c on 1 2 3 joint=1,2,4                         between these voters and those
/// system 1 on 1 2 3                                        the system shard
/// set 2 bytes=300MiB middle=b load=60% halving=b lagging=3 suspect=3 leader=3
/// set 2 config=7                                           somebody else has changed it
/// stop 1, restart 1                                        a process
/// drain 1, serve 1, decommission 1                         an administrator's word, if placement has no objection
/// advance 10s                                              nodes report, time passes, nodes and shards report
/// plan                                                     one pass: what it decides begins
/// drive                                                    every operator takes one step
/// finish                                                   passes and steps until nothing is left to do
/// split at b, merge 2, move 2 from 1 to 4, transfer 2 to 3, replication 5    requests
/// why 2                                                    what is done with the shard, what would be next
/// lose-rows                                                all operators are forgotten as they stand
/// new-leader                                               another node leads placement and has heard nothing
/// report                                                   everybody reports
/// status                                                   the shards as they are
/// ```
struct Story {
    var cluster = ModelCluster(rules: PlacementRules())
    private var output: [String] = []

    struct Failure: Error { var text: String }

    /// Runs one command and returns what it printed.
    mutating func run(_ line: String) throws -> [String] {
        output = []
        let words = line.split(separator: " ").map(String.init)
        guard let command = words.first else { return [] }
        try perform(command, Array(words.dropFirst()))
        for violation in cluster.violations { say("VIOLATION \(violation)") }
        return output.isEmpty ? ["ok"] : output
    }

    private mutating func perform(_ command: String, _ words: [String]) throws {
        switch command {
        case "rules": try setRules(words)
        case "node": try setNode(words)
        case "shard": try addShard(words)
        case "system": try addShard([words[0], "system", "system"] + words.dropFirst())
        case "set": try setShard(try shard(words), words)
        case "stop": cluster.stop(try node(words))
        case "restart": cluster.restart(try node(words))
        case "drain", "serve", "decommission": try setDuty(command, try node(words))
        case "advance":
            cluster.advance(by: try Text.interval(words.first ?? ""))
            cluster.reportAll()
        case "plan": show(cluster.pass())
        case "drive": drive()
        case "finish": finish()
        case "split", "merge", "move", "transfer": try request(command, words)
        case "why": say("\(cluster.scheduler.why(try shard(words), in: cluster.view, now: cluster.now))")
        case "replication": try setReplication(words)
        case "lose-rows": cluster.dropOperators()
        case "new-leader": cluster.changePlacementLeader()
        case "report": cluster.reportAll()
        case "status": status()
        default: throw Failure(text: "unknown command \(command)")
        }
    }

    mutating func say(_ text: String) { output.append(text) }

    private func node(_ words: [String]) throws -> NodeID {
        guard let number = words.first.flatMap({ UInt64($0) }) else { throw Failure(text: "a node is missing") }
        return NodeID(number)
    }

    private func shard(_ words: [String]) throws -> ShardID {
        guard let number = words.first.flatMap({ UInt64($0) }) else { throw Failure(text: "a shard is missing") }
        return ShardID(number)
    }

    // MARK: what happens

    private mutating func show(_ plan: Plan) {
        for ending in plan.ended { say("shard \(ending.shard): \(ending.failure.map(\.description) ?? "done")") }
        for planned in plan.operators { say("\(planned)") }
        for obstacle in plan.obstacles { say("obstacle: \(obstacle)") }
        if output.isEmpty { say("nothing to do") }
    }

    private mutating func drive() {
        let before = cluster.view.operators.map(\.planned)
        cluster.drive()
        for planned in before {
            let progress = planned.progress { id in cluster.view.shard(id) }
            say("shard \(planned.shard): \(Text.progress(progress, of: planned))")
        }
    }

    private mutating func finish() {
        cluster.counts = ModelCounts()
        guard let passes = cluster.settle(limit: 1_000) else { return say("does not come to an end") }
        let counts = cluster.counts
        say(
            "\(passes) passes, \(counts.operators) operators, \(counts.failed) failed, \(counts.copies) copies, "
                + "\(counts.transfers) transfers, \(counts.splits) splits, \(counts.merges) merges")
    }

    private mutating func status() {
        for view in cluster.view.shards {
            let configuration = view.descriptor.configuration
            var text = "shard \(view.id) \(Text.range(view.descriptor.range)) \(view.descriptor.epoch):"
            text += " voters \(Text.members(configuration.voters))"
            if !configuration.outgoing.isEmpty { text += " outgoing \(Text.members(configuration.outgoing))" }
            if !configuration.learners.isEmpty { text += " learners \(Text.members(configuration.learners))" }
            text += " leader \(view.leaderReplica.map { $0.member.node.description } ?? "none") \(view.bytes)"
            say(text)
        }
    }

    private mutating func request(_ command: String, _ words: [String]) throws {
        let request: ManualRequest
        switch command {
        case "split": request = .split(at: Text.key(words.last ?? ""))
        case "merge": request = .merge(try shard(words))
        case "move":
            request = .move(
                try shard(words), from: try node(Array(words.dropFirst(2))), to: try node(Array(words.dropFirst(4))))
        default: request = .transfer(try shard(words), to: try node(Array(words.dropFirst(2))))
        }
        do throws(Refusal) {
            let answer = try cluster.scheduler.answer(request, in: cluster.view, now: cluster.now)
            for replaced in answer.replaces {
                say("gives way: \(replaced)")
                cluster.end(replaced.shard)
            }
            cluster.begin(answer.planned)
            say("\(answer.planned)")
        } catch { say("refused: \(error)") }
    }
}
