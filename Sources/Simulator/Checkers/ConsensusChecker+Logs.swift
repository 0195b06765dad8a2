import Host
import Keyspace
import Raft
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
}
