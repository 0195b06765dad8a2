import Keyspace
import Placement
import PlacementModel
import Raft

/// The commands that say how things are.
extension Story {
    mutating func setRules(_ words: [String]) throws {
        for (name, value) in Text.settings(words) {
            switch name {
            case "replication":
                cluster.scheduler.rules.replication = ReplicationFactor(rawValue: Int(value) ?? 0) ?? .three
            case "spread": cluster.scheduler.rules.spreadBy = value.split(separator: ",").map(String.init)
            case "repair": cluster.scheduler.rules.repairAfter = try Text.interval(value)
            case "merge-after": cluster.scheduler.rules.mergeAfter = try Text.interval(value)
            case "split-load-for": cluster.scheduler.rules.splitLoadFor = try Text.interval(value)
            case "shards-per-node": cluster.scheduler.rules.limits.shardsPerNodeMin = Int(value) ?? 0
            case "receiving": cluster.scheduler.rules.limits.receivingPerNodeMax = Int(value) ?? 1
            case "receiving-for-balance": cluster.scheduler.rules.limits.receivingForBalanceMax = Int(value) ?? 1
            case "bytes-slack": cluster.scheduler.rules.limits.bytesSlackMin = try Text.bytes(value)
            default: throw Failure(text: "unknown rule \(name)")
            }
        }
    }

    mutating func setNode(_ words: [String]) throws {
        guard let number = words.first.flatMap({ UInt64($0) }) else { throw Failure(text: "a node is missing") }
        let id = NodeID(number)
        if cluster.nodes[id] == nil {
            cluster.add(NodeView(id: id, capacity: .gibibytes(1_000), free: .gibibytes(1_000)))
        }
        var failure: Failure?
        cluster.change(id) { node in
            for (name, value) in Text.settings(Array(words.dropFirst())) {
                switch name {
                case "capacity":
                    let bytes = try? Text.bytes(value)
                    node.capacity = bytes ?? .zero
                    node.free = bytes ?? .zero
                case "receiving": node.receivingSnapshots = Int(value) ?? 0
                case "slow": node.hasSlowDisk = value == "yes"
                case "suspect": node.isSuspect = value == "yes"
                case "zone", "rack": node.labels[name] = value
                default: failure = Failure(text: "unknown setting \(name)")
                }
            }
        }
        if let failure { throw failure }
    }

    mutating func setDuty(_ command: String, _ node: NodeID) throws {
        do throws(Refusal) {
            switch command {
            case "drain": try cluster.scheduler.checkDrain(node, in: cluster.view)
            case "decommission": try cluster.scheduler.checkDecommission(node, in: cluster.view, now: cluster.now)
            default: break
            }
        } catch {
            say("refused: \(error)")
            return
        }
        cluster.change(node) { node in
            node.duty = command == "drain" ? .draining : command == "decommission" ? .decommissioning : .serving
        }
    }

    mutating func setReplication(_ words: [String]) throws {
        guard let factor = words.first.flatMap({ Int($0) }).flatMap(ReplicationFactor.init) else {
            return say("refused: 1, 3, 5 or 7")
        }
        do throws(Refusal) {
            try cluster.scheduler.checkReplication(factor, in: cluster.view, now: cluster.now)
            cluster.scheduler.rules.replication = factor
        } catch { say("refused: \(error)") }
    }

    mutating func addShard(_ words: [String]) throws {
        guard words.count > 4, let id = UInt64(words[0]), words[3] == "on" else {
            throw Failure(text: "shard ID START END on NODE…")
        }
        let range = words[1] == "system" ? KeyRange.system : Text.range(words[1], words[2])
        let settings = Text.settings(words)
        var next: UInt64 = 1
        func members(_ nodes: [UInt64]) -> [Member] {
            nodes.map { node in
                defer { next += 1 }
                return Member(replica: ReplicaID(next), node: NodeID(node))
            }
        }
        var configuration = Configuration(voters: members(words.dropFirst(4).compactMap { UInt64($0) }))
        for (name, value) in settings {
            let nodes = value.split(separator: ",").compactMap { UInt64($0) }
            if name == "learners" { configuration.learners = members(nodes) }
            if name == "joint" {
                let kept = configuration.voters.filter { nodes.contains($0.node.rawValue) }
                let coming = nodes.filter { node in !kept.contains { $0.node.rawValue == node } }
                configuration.outgoing = configuration.voters
                configuration.voters = kept + members(coming)
            }
        }
        let descriptor = Descriptor(
            shard: ShardID(id), range: range, epoch: Epoch(version: 1, config: 1), configuration: configuration,
            nextReplica: ReplicaID(next))
        cluster.add(
            ModelShard(
                descriptor: descriptor, leader: configuration.voters.first?.replica, bytes: .mebibytes(100)))
        try setShard(ShardID(id), words.filter { !$0.hasPrefix("learners=") && !$0.hasPrefix("joint=") })
    }

    mutating func setShard(_ id: ShardID, _ words: [String]) throws {
        guard var shard = cluster.shards[id] else { throw Failure(text: "no shard \(id)") }
        let members = shard.descriptor.configuration.members
        func replicas(_ value: String) -> [ReplicaID] {
            value.split(separator: ",").compactMap { UInt64($0) }
                .compactMap { node in members.first { $0.node.rawValue == node }?.replica }
        }
        for (name, value) in Text.settings(words) {
            switch name {
            case "leader": shard.leader = replicas(value).first
            case "bytes": shard.bytes = try Text.bytes(value)
            case "middle": shard.middleKey = Text.key(value)
            case "load":
                shard.load.share = .percent(Int(value.dropLast()) ?? 0)
                shard.load.operationsPerSecond = UInt64(value.dropLast()).map { $0 * 1_000 } ?? 0
            case "halving": shard.load.halvingKey = Text.key(value)
            case "config": shard.descriptor.epoch.config = UInt64(value) ?? 0
            case "lagging": shard.lagging = Set(replicas(value))
            case "suspect": shard.suspects = Set(replicas(value))
            default: throw Failure(text: "unknown setting \(name)")
            }
        }
        cluster.change(id) { $0 = shard }
    }
}
