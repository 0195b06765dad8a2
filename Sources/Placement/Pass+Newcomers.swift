internal import Keyspace
internal import Raft

/// Who takes a replica, and who takes a leadership.
extension Pass {
    /// The best node for another replica of the shard at `position`, beside voters that stay on `staying`: where it
    /// crowds least, then the one with the fewest replicas. Nil when no node will do, and also when the best are busy:
    /// a worse one would have to be corrected by another copy.
    func newcomer(_ position: Int, beside staying: [Int]) -> Int? {
        let bytes = view.shards[position].bytes
        let present = memberNodes(position)
        var best: Int?
        var bestCost: (crowding: UInt64, isBusy: Int, replicas: Int) = (.max, 1, .max)
        for node in 0..<(nodes.count - 1)
        where !present.contains(Int32(clamping: node)) && !staying.contains(node) {
            let unfitness = nodes[node].unfitness(
                for: bytes, limits: limits, receivingMax: limits.receivingPerNodeMax)
            guard unfitness == nil || unfitness == .busy else { continue }
            let crowding = topology.crowding(of: node, with: staying)
            let cost = (crowding, unfitness == .busy ? 1 : 0, nodes[node].replicas)
            if cost < bestCost { (best, bestCost) = (node, cost) }
        }
        return bestCost.isBusy == 1 ? nil : best
    }

    /// Why no node takes a replica of the shard.
    func refusals(_ position: Int) -> Obstacle.Refusals {
        var refusals = Obstacle.Refusals()
        let present = memberNodes(position)
        for node in 0..<(nodes.count - 1) {
            let own = nodes[node].unfitness(
                for: view.shards[position].bytes, limits: limits, receivingMax: limits.receivingPerNodeMax)
            let isPresent = present.contains(Int32(clamping: node))
            if let unfitness = isPresent ? .holdsReplica : own { refusals.count(unfitness) }
        }
        return refusals
    }

    /// Whether the shard's leader may send one more copy.
    func canSend(_ position: Int) -> Bool {
        leaders[position] >= 0 && nodes[Int(leaders[position])].sending < limits.sendingPerNodeMax
    }

    /// The voter that should lead the shard when none of `excluded` may: the one whose node leads the fewest.
    func successor(_ position: Int, without excluded: [Member]) -> Member? {
        view.shards[position].replicas
            .filter { replica in
                let isLeader = replica.member.replica == view.shards[position].leader
                return !isLeader && !excluded.contains(replica.member) && canLead(replica)
            }
            .min { a, b in
                let left = nodes[self.position(of: a.member.node)].leaders
                let right = nodes[self.position(of: b.member.node)].leaders
                return (left, a.member.node) < (right, b.member.node)
            }?.member
    }

    /// A learner that an ended operator left behind and that can become a voter.
    func usableLearner(_ shard: ShardView, besides taken: [ReplicaView]) -> Member? {
        shard.replicas.first { replica in
            let node = nodes[position(of: replica.member.node)]
            let isTaken = taken.contains { $0.member == replica.member }
            return replica.role == .learner && !isTaken && isLive(replica) && node.duty == .serving
        }?.member
    }

    /// Positions of the nodes of these replicas.
    func nodePositions(_ replicas: some Sequence<ReplicaView>) -> [Int] {
        replicas.map { position(of: $0.member.node) }
    }
}
