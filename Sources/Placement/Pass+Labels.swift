internal import Raft

/// Voters that share a place though another is free.
extension Pass {
    mutating func spreadAll() {
        cursors.labels = attemptAll(work.crowded, from: cursors.labels, .labels) { $0.spread($1, $2) }
    }

    /// Moves the voter whose move helps most.
    private mutating func spread(_ position: Int, _ priority: Operator.Priority) -> Attempt {
        let shard = view.shards[position]
        let voters = shard.voters
        guard voters.allSatisfy(isLive) else { return .fruitless }
        let before = topology.crowding(nodePositions(voters))
        var best: (old: ReplicaView, cost: (crowding: UInt64, replicas: Int, isLeader: Int))?
        for old in voters {
            let staying = nodePositions(voters.filter { $0.member != old.member })
            guard let node = newcomer(position, beside: staying) else { continue }
            let after = topology.crowding(staying) &+ topology.crowding(of: node, with: staying)
            // Equally good moves start from the fullest node: that spares a move for the sake of balance.
            let cost = (
                after, -nodes[self.position(of: old.member.node)].replicas,
                shard.leader == old.member.replica ? 1 : 0
            )
            guard after < before, best == nil || cost < best?.cost ?? cost else { continue }
            best = (old, cost)
        }
        guard let best else {
            if refusals(position).mayPass { work.isWaiting = true }
            return .fruitless
        }
        let reason = Operator.Reason.crowded(
            pairsBefore: topology.pairs(before), pairsAfter: topology.pairs(best.cost.crowding))
        return replace(best.old, position, priority, reason)
    }
}
