import Host
import Keyspace
import Raft
import Storage
import Wire

/// Log matching (paper §5.3, I3): where two logs have an entry of the same index and term, they are the same up to it.
extension ConsensusChecker {
    /// Looked at from the end, so far.
    private static let comparedMax = 300

    /// Compares the logs of every shard on all nodes that are up.
    func compareLogs(_ simulation: Simulation) {
        for descriptor in simulation.allShards {
            let nodes = simulation.nodes.filter(\.isUp)
            for first in nodes {
                for second in nodes where first.position < second.position {
                    compare(descriptor.shard, first, second, simulation)
                }
            }
        }
    }

    private func compare(
        _ shard: ShardID, _ first: SimulatedNode, _ second: SimulatedNode, _ simulation: Simulation
    ) {
        guard let (firstStart, firstEnd) = bounds(shard, first), let (secondStart, secondEnd) = bounds(shard, second)
        else { return }
        var index = min(firstEnd, secondEnd)
        let start = max(firstStart, secondStart)
        var areSame = false
        var compared = 0
        while index > start, compared < Self.comparedMax {
            let isEqual = term(shard, index, first) == term(shard, index, second)
            if areSame, !isEqual {
                return simulation.fail(
                    "shard \(shard): the logs of nodes \(first.id) and \(second.id) differ at \(index) and meet later")
            }
            areSame = areSame || isEqual
            index = index.previous
            compared += 1
        }
    }

    /// What was truncated and where the log ends.
    private func bounds(_ shard: ShardID, _ node: SimulatedNode) -> (LogIndex, LogIndex)? {
        node.asking { host in
            host.position(of: shard).map { position in
                (host.replicas[position].group.truncatedIndex, host.replicas[position].group.lastIndex)
            }
        }
    }

    private func term(_ shard: ShardID, _ index: LogIndex, _ node: SimulatedNode) -> Term? {
        node.asking { host in
            host.position(of: shard).flatMap { host.replicas[$0].group.termAt(index) }
        }
    }

    /// Rule 9: a leader keeps what a voter may still need of it, unless that one lacks more than the bound. What lies
    /// under the snapshot that the leader's replica came from it never had.
    func lookAtTruncation(_ claim: Claim, _ position: Int, _ node: SimulatedNode, _ simulation: Simulation) {
        let (shard, own, voters, bound) = node.asking { host in
            let group = host.replicas[position].group
            return (
                host.replicas[position].descriptor.shard, group.member.replica, group.configuration.voters,
                host.limits.raft.slowFollowerEntriesMax
            )
        }
        guard claim.truncated > durable[LogName(shard: shard, replica: own)]?.base ?? .zero else { return }
        for voter in voters {
            let end = durable[LogName(shard: shard, replica: voter.replica)]?.last ?? .zero
            guard claim.truncated > end, claim.applied.rawValue < claim.truncated.rawValue + bound else { continue }
            simulation.fail(
                "shard \(shard): node \(node.id) drops its log up to \(claim.truncated), and node \(voter.node) has it "
                    + "up to \(end) only")
        }
    }
}
