internal import Keyspace
package import Placement
package import Raft

/// A cluster that does at once what placement plans, and takes note of whatever no plan may ask for.
package struct ModelCluster: Sendable {
    package var scheduler: Scheduler
    /// What placement has heard.
    package private(set) var view: ClusterView
    /// On the one clock that all of them have.
    package private(set) var now = Instant(nanoseconds: 0)
    /// The nodes as they are, with all of their disks free.
    package var nodes: [NodeID: NodeView] = [:]
    /// Nodes without a process.
    package var down: Set<NodeID> = []
    /// The shards as they are.
    package var shards: [ShardID: ModelShard] = [:]
    /// What happened so far.
    package var counts = ModelCounts()
    /// What must never happen and did.
    package private(set) var violations: [String] = []
    private var used: [NodeID: UInt64] = [:]
    private var nextShard: UInt64 = 1

    /// A cluster of nothing.
    package init(rules: PlacementRules) {
        scheduler = Scheduler(rules: rules)
        view = ClusterView(leadingSince: now)
    }

    /// The ids of all nodes in order.
    package var nodeIDs: [NodeID] { nodes.keys.sorted() }

    /// The ids of all shards in order.
    package var shardIDs: [ShardID] { shards.keys.sorted() }

    /// Adds a node, which says at once that it is there.
    package mutating func add(_ node: NodeView) {
        nodes[node.id] = node
        beat(node.id)
    }

    /// Adds a shard, whose leader reports at once.
    package mutating func add(_ shard: ModelShard) {
        shards[shard.descriptor.shard] = shard
        nextShard = max(nextShard, shard.descriptor.shard.rawValue + 1)
        occupy(shard, 1)
        report(shard.descriptor.shard)
    }

    /// Time passes, and nodes that are up say that they are.
    package mutating func advance(by interval: Interval) {
        now = now + interval
        for node in nodeIDs { beat(node) }
    }

    /// Changes what a node is, and lets it say so.
    package mutating func change(_ node: NodeID, _ change: (inout NodeView) -> Void) {
        guard nodes[node] != nil else { return }
        change(&nodes[node, default: NodeView(id: node, capacity: .zero, free: .zero)])
        if let known = nodes[node], var seen = view.node(node) {
            // An administrator's word reaches placement whether the node is up or not.
            seen.duty = known.duty
            view.update(seen)
        }
        beat(node)
    }

    /// Changes what a shard is, and lets its leader report it.
    package mutating func change(_ shard: ShardID, _ change: (inout ModelShard) -> Void) {
        guard var changed = shards[shard] else { return }
        occupy(changed, -1)
        change(&changed)
        occupy(changed, 1)
        shards[shard] = changed
        report(shard)
    }

    /// Ends a process; shards that it led elect another leader.
    package mutating func stop(_ node: NodeID) {
        down.insert(node)
        settleLeaders(of: node)
    }

    /// The process is back.
    package mutating func restart(_ node: NodeID) {
        down.remove(node)
        beat(node)
        settleLeaders(of: node)
    }

    /// Another node leads placement: it knows the rows, and has heard nothing.
    package mutating func changePlacementLeader() {
        let operators = view.operators.map(\.planned)
        let rows = view.nodes
        view = ClusterView(leadingSince: now)
        for var node in rows {
            node.heardAt = nil
            view.update(node)
        }
        for shard in shardIDs { shards[shard].map { _ = view.learn($0.descriptor) } }
        for planned in operators { view.begin(planned, at: now) }
    }

    /// Every node and leader says how it is.
    package mutating func reportAll() {
        for node in nodeIDs { beat(node) }
        for shard in shardIDs { report(shard) }
    }

    /// The rows of all operators are lost, as they stand.
    package mutating func dropOperators() {
        for entry in view.operators { view.end(entry.planned.shard) }
    }

    /// Ends the operator of `shard`.
    package mutating func end(_ shard: ShardID) { view.end(shard) }

    /// Writes the row of an operator, unless a shard of it has one.
    @discardableResult
    package mutating func begin(_ planned: Operator) -> Bool {
        guard view.begin(planned, at: now) else { return false }
        counts.operators += 1
        return true
    }

    /// Takes note of what must never happen.
    package mutating func violate(_ text: String) { violations.append(text) }

    private mutating func occupy(_ shard: ModelShard, _ sign: Int) {
        for member in shard.descriptor.configuration.members {
            let before = used[member.node, default: 0]
            used[member.node] = sign > 0 ? before &+ shard.bytes.rawValue : before &- min(before, shard.bytes.rawValue)
        }
    }

    private mutating func beat(_ node: NodeID) {
        guard !down.contains(node), var known = nodes[node] else { return }
        known.heardAt = now
        known.free = known.free - ByteCount(used[node, default: 0])
        view.update(known)
    }

    private mutating func settleLeaders(of node: NodeID) {
        for shard in shardIDs {
            guard let here = shards[shard], here.descriptor.configuration.members.contains(where: { $0.node == node })
            else { continue }
            elect(shard)
            report(shard)
        }
    }

    /// Gives the shard a leader if it needs one and a quorum is there.
    package mutating func elect(_ id: ShardID) {
        guard let shard = shards[id] else { return }
        let configuration = shard.descriptor.configuration
        if let leader = shard.leader.flatMap(configuration.member), isLive(leader, of: shard),
            configuration.isVoter(leader.replica)
        {
            return
        }
        let candidates = (configuration.voters + configuration.outgoing).filter { isLive($0, of: shard) }
        shards[id]?.leader = candidates.isEmpty ? nil : candidates[Int(id.rawValue % UInt64(candidates.count))].replica
    }

    /// Whether the member does its part.
    package func isLive(_ member: Member, of shard: ModelShard) -> Bool {
        !down.contains(member.node) && !shard.suspects.contains(member.replica)
            && nodes[member.node]?.isSuspect != true
    }

    /// Voters of the shard that do their part.
    package func liveVoters(_ id: ShardID) -> Int {
        guard let shard = shards[id] else { return 0 }
        return shard.descriptor.configuration.voters.count { isLive($0, of: shard) }
    }

    /// Whether the shard can decide anything.
    package func hasQuorum(_ id: ShardID) -> Bool {
        guard let shard = shards[id] else { return false }
        let configuration = shard.descriptor.configuration
        return [configuration.voters, configuration.outgoing].allSatisfy { half in
            half.isEmpty || half.count { isLive($0, of: shard) } > half.count / 2
        }
    }

    /// The shard's leader reports, if it can decide anything.
    package mutating func report(_ id: ShardID) {
        guard let shard = shards[id], let leader = shard.leader, hasQuorum(id) else { return }
        let statuses = shard.descriptor.configuration.members.map { member in
            ReplicaStatus(
                replica: member.replica, isNear: !shard.lagging.contains(member.replica) && isLive(member, of: shard),
                isSilent: down.contains(member.node), isSuspect: shard.suspects.contains(member.replica))
        }
        let report = ShardReport(
            descriptor: shard.descriptor, leader: leader, bytes: shard.bytes, keys: 0, load: shard.load,
            middleKey: shard.middleKey, replicas: statuses)
        view.observe(report, rules: scheduler.rules, now: now)
    }

    /// A shard id that was never used.
    package mutating func takeShardID() -> ShardID {
        defer { nextShard += 1 }
        return ShardID(nextShard)
    }
}
