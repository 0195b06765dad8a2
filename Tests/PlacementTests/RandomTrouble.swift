import Keyspace
import Placement
import PlacementModel
import Raft

/// What may befall a cluster, one thing after the other.
struct RandomTrouble {
    var cluster: ModelCluster
    private var random: TestRandom
    private let zones: Int

    init(seed: UInt64) {
        random = TestRandom(seed)
        var rules = PlacementRules()
        rules.replication = [.one, .three, .three, .five][random.below(4)]
        rules.limits.shardsPerNodeMin = random.below(3)
        rules.limits.receivingPerNodeMax = 1 + random.below(4)
        rules.limits.receivingForBalanceMax = 1
        rules.limits.operatorsMax = [2, 5, 2_048][random.below(3)]
        rules.limits.fruitlessSearchesMax = [1, 10, 1_000][random.below(3)]
        zones = [1, 1, 3][random.below(3)]
        let nodes = rules.replication.rawValue + 2 + random.below(5)
        cluster = ModelCluster.even(nodes: nodes, zones: zones, shards: 1 + random.below(30), rules: rules)
        addSystemShard()
    }

    private mutating func addSystemShard() {
        let count = min(3, cluster.nodes.count)
        let members = (1...count).map { Member(replica: ReplicaID(UInt64($0)), node: NodeID(UInt64($0))) }
        let descriptor = Descriptor(
            shard: ShardID(9_000), range: .system, epoch: Epoch(version: 1, config: 1),
            configuration: Configuration(voters: members), nextReplica: ReplicaID(4))
        cluster.add(ModelShard(descriptor: descriptor, leader: ReplicaID(1), bytes: .mebibytes(1)))
    }

    mutating func step() {
        switch random.below(22) {
        case 0, 1: stopOne()
        case 2, 3: cluster.down.sorted().first.map { cluster.restart($0) }
        case 4: setDuty()
        case 5: addNode()
        case 6: spoilReplica()
        case 7: cluster.dropOperators()
        case 8: cluster.changePlacementLeader()
        case 9: moveLeader()
        case 10: change { shard, random in shard.bytes = .mebibytes(UInt64(random.below(400))) }
        case 11: change { shard, random in shard.load.share = .percent(random.below(90)) }
        case 12: offerKeys()
        case 13: lag()
        case 14: cluster.advance(by: .seconds(Int64(random.below(400))))
        case 15, 16: cluster.reportAll()
        default: cluster.pass()
        }
        if random.chance(70) { cluster.drive() }
        cluster.advance(by: .seconds(Int64(random.below(20))))
    }

    /// Everything comes back, nobody changes anything any more.
    mutating func end() {
        for node in cluster.down.sorted() { cluster.restart(node) }
        for node in cluster.nodeIDs {
            cluster.change(node) { node in
                if node.duty == .draining { node.duty = .serving }
            }
        }
        for shard in cluster.shardIDs {
            cluster.change(shard) { shard in
                shard.lagging = []
                shard.bytes = min(shard.bytes, .mebibytes(200))
                shard.load = ShardLoad()
            }
        }
        cluster.advance(by: .seconds(1))
        cluster.reportAll()
    }

    /// One node at a time, so that quorums stay.
    private mutating func stopOne() {
        guard cluster.down.isEmpty, cluster.scheduler.rules.replication != .one, let node = anyNode() else { return }
        let isLast = cluster.shardIDs.contains { shard in wouldLoseQuorum(shard, without: node) }
        if !isLast { cluster.stop(node) }
    }

    private func wouldLoseQuorum(_ id: ShardID, without node: NodeID) -> Bool {
        guard let shard = cluster.shards[id] else { return false }
        let configuration = shard.descriptor.configuration
        return [configuration.voters, configuration.outgoing].contains { half in
            !half.isEmpty && half.count { $0.node != node && cluster.isLive($0, of: shard) } <= half.count / 2
        }
    }

    private mutating func setDuty() {
        guard let node = anyNode() else { return }
        let duty: NodeDuty
        if random.chance(30) {
            let leaving = cluster.nodes.values.count { $0.duty == .decommissioning }
            // As an administrator may: enough nodes have to remain, for the system shard too.
            let wanted = max(cluster.scheduler.rules.replication.rawValue, 3) + (zones > 1 ? 2 : 0)
            guard cluster.nodes.count - leaving > wanted else { return }
            duty = .decommissioning
        } else {
            duty = random.chance(50) ? .draining : .serving
        }
        cluster.change(node) { $0.duty = duty }
    }

    private mutating func addNode() {
        guard cluster.nodes.count < 14, let last = cluster.nodeIDs.last else { return }
        let number = Int(last.rawValue)
        cluster.add(
            NodeView(
                id: NodeID(last.rawValue + 1), labels: zones > 1 ? ["zone": ModelCluster.zone(number % zones)] : [:],
                capacity: .gibibytes(2_048), free: .gibibytes(2_048)))
    }

    private mutating func spoilReplica() {
        guard let id = anyShard(), let shard = cluster.shards[id] else { return }
        let voters = shard.descriptor.configuration.voters
        guard voters.count >= 3, !shard.descriptor.configuration.isJoint, shard.suspects.isEmpty else { return }
        let member = voters[random.below(voters.count)]
        guard !wouldLoseQuorum(id, without: member.node) else { return }
        cluster.change(id) { $0.suspects = [member.replica] }
        cluster.elect(id)
        cluster.report(id)
    }

    private mutating func moveLeader() {
        guard let id = anyShard(), let shard = cluster.shards[id] else { return }
        let able = shard.descriptor.configuration.voters.filter { cluster.isLive($0, of: shard) }
        guard !able.isEmpty else { return }
        let next = able[random.below(able.count)].replica
        cluster.change(id) { $0.leader = next }
    }

    private mutating func offerKeys() {
        guard let id = anyShard(), let shard = cluster.shards[id], id != ShardID(9_000) else { return }
        let key = Key(shard.descriptor.range.start.bytes + [UInt8(1 + random.below(200))])
        cluster.change(id) { shard in
            shard.middleKey = key
            shard.load.halvingKey = key
        }
    }

    private mutating func lag() {
        guard let id = anyShard(), let shard = cluster.shards[id] else { return }
        let members = shard.descriptor.configuration.members
        let member = members[random.below(members.count)]
        guard member.replica != shard.leader else { return }
        cluster.change(id) { $0.lagging = [member.replica] }
    }

    private mutating func change(_ change: (inout ModelShard, inout TestRandom) -> Void) {
        guard let id = anyShard() else { return }
        var random = random
        cluster.change(id) { change(&$0, &random) }
        self.random = random
    }

    private mutating func anyNode() -> NodeID? {
        let nodes = cluster.nodeIDs
        return nodes.isEmpty ? nil : nodes[random.below(nodes.count)]
    }

    private mutating func anyShard() -> ShardID? {
        let shards = cluster.shardIDs
        return shards.isEmpty ? nil : shards[random.below(shards.count)]
    }
}
