import Host
import Keyspace
import Raft
import Storage

/// Who belongs to a shard (rules 27 and 28, I12, I14).
extension ConsensusChecker {
    /// Rule 27 and I14: what is applied says which configuration is in force there, however the replica came to it.
    mutating func lookAtMembers(_ position: Int, _ node: SimulatedNode, _ simulation: Simulation) {
        let (name, applied, own) = node.asking { host in
            let shard = host.replicas[position].descriptor.shard
            let name = LogName(shard: shard, replica: host.replicas[position].group.member.replica)
            return (
                name, host.replicas[position].group.appliedIndex, host.replicas[position].group.appliedConfiguration
            )
        }
        members.works(name, on: node.id, simulation)
        guard applied <= lastCommitted(name.shard), let current = members.inForce(at: applied, of: name.shard) else {
            return
        }
        if own != current.configuration {
            simulation.fail("\(name) on node \(node.id) has another configuration at \(applied) than the others")
        }
    }

    /// I12: a leader appends a configuration only when it has applied those before it.
    mutating func lookAtProposals(
        _ position: Int, _ term: Term, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        let (shard, unapplied, applied, newestTerm) = node.asking { host in
            let group = host.replicas[position].group
            let unapplied = group.unappliedConfigurations
            let newestTerm = unapplied.last.flatMap { group.termAt($0.index) }
            return (host.replicas[position].descriptor.shard, unapplied, group.appliedConfiguration, newestTerm)
        }
        let isNew = members.leads(shard, unapplied, isNewestOwn: newestTerm == term, simulation)
        guard isNew, newestTerm == term, let next = unapplied.last?.configuration, !applied.isJoint else { return }
        for member in next.voters where !applied.isVoter(member.replica) {
            lookAtPromotion(of: member, in: shard, term, node, simulation)
        }
    }

    /// Rule 28: who becomes a voter holds, durably, what was committed a promise ago. Twice that, since clocks drift,
    /// and a proposal may be as old as the node's turn before this one.
    private func lookAtPromotion(
        of member: Member, in shard: ShardID, _ term: Term, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        let name = LogName(shard: shard, replica: member.replica)
        let slack = 2 * simulation.limits.raft.promise.nanoseconds
        let wanted = committed(shard, by: term, at: node.turnedAt - slack)
        let end = durable[name]?.last ?? .zero
        guard end < wanted, !members.lost.contains(name) else { return }
        simulation.fail(
            "shard \(shard): node \(node.id) makes \(member) a voter, whose log ends at \(end); \(wanted) was "
                + "committed long before")
    }
}
