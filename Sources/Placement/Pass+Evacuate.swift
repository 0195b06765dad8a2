internal import Raft

/// Nodes that are to be stopped or to leave.
extension Pass {
    /// Leaderships go first: they cost nothing and are what stopping a node would interrupt.
    mutating func drainAll() {
        for position in work.draining where !isBusy[position] && hasRoom {
            let shard = view.shards[position]
            let node = Int(leaders[position])
            guard nodes[node].transfers < limits.transfersPerNodeMax else { continue }
            let reason: Operator.Reason =
                nodes[node].duty == .draining ? .draining(nodes[node].id) : .decommissioning(nodes[node].id)
            guard let next = successor(position, without: []) else {
                // A lone voter leaves its node as a whole.
                if shard.voters.count > 1 { report(shard.id, .noLeader(need: reason)) }
                continue
            }
            var writer = StepWriter(shard.descriptor)
            writer.transfer(to: next)
            start(position, writer, .evacuation, reason)
        }
    }

    mutating func evacuateAll() {
        cursors.evacuation = attemptAll(work.evacuating, from: cursors.evacuation, .evacuation) {
            $0.evacuate($1, $2)
        }
    }

    private mutating func evacuate(_ position: Int, _ priority: Operator.Priority) -> Attempt {
        let shard = view.shards[position]
        let leaving = shard.voters.filter { nodes[self.position(of: $0.member.node)].duty == .decommissioning }
        // Who leads hands over before it goes, so it goes last.
        guard let old = leaving.first(where: { $0.member.replica != shard.leader }) ?? leaving.first else {
            return .planned
        }
        let reason = Operator.Reason.decommissioning(old.member.node)
        let wanted = wantedVoters(shard)
        guard shard.voters.count <= wanted else {
            // One that does nothing is missed less than one that leaves.
            guard let idle = shard.voters.first(where: { !isLive($0) }) else {
                return remove(old.member, position, priority, reason)
            }
            return remove(idle.member, position, priority, .voterSurplus(has: shard.voters.count, wanted: wanted))
        }
        return replace(old, position, priority, reason)
    }
}
