internal import Raft

/// What operators left behind when they, or those who drove them, came to an end.
extension Pass {
    mutating func tidyAll() {
        for position in work.untidy where !isBusy[position] && hasRoom { tidy(position) }
    }

    private mutating func tidy(_ position: Int) {
        let shard = view.shards[position]
        var writer = StepWriter(shard.descriptor)
        if shard.isJoint {
            writer.leaveJoint()
            start(position, writer, .tidying, .jointLeftOver)
        } else if let learner = shard.replicas.first(where: { $0.role == .learner }) {
            // Repair and evacuation come before and use a learner that is any use.
            writer.remove(learner.member)
            start(position, writer, .tidying, .learnerLeftOver(learner.member))
        } else if let surplus = surplus(shard) {
            let reason = Operator.Reason.voterSurplus(has: shard.voters.count, wanted: wantedVoters(shard))
            _ = remove(surplus, position, .tidying, reason)
        }
    }

    /// The voter that is missed least: one that is not live or has to leave, then the one that crowds most, then the
    /// one on the fullest node; the leader only when all else is equal.
    private func surplus(_ shard: ShardView) -> Member? {
        let voters = shard.voters
        func cost(_ replica: ReplicaView) -> (Int, UInt64, Int, Int) {
            let node = position(of: replica.member.node)
            let others = nodePositions(voters.filter { $0.member != replica.member })
            let isUnwelcome = !isLive(replica) || nodes[node].duty == .decommissioning
            return (
                isUnwelcome ? 1 : 0, topology.crowding(of: node, with: others), nodes[node].replicas,
                shard.leader == replica.member.replica ? 0 : 1
            )
        }
        return voters.max { cost($0) < cost($1) }?.member
    }
}
