package import Raft

/// Something that should be done to a shard and cannot.
package struct Obstacle: Hashable, Sendable {
    package var shard: ShardID
    package var problem: Problem

    /// What is in the way.
    package enum Problem: Hashable, Sendable {
        /// So few voters live that nothing can be decided; only its nodes' return ends that (rule 15).
        case quorumLost(live: Int, voters: Int)
        /// No node can take a replica, for `need`.
        case noNode(need: Operator.Reason, refusals: Refusals)
        /// No voter can take the leadership over, for `need`.
        case noLeader(need: Operator.Reason)
        /// It is due to be split, and no key halves it: too few records, or one of them has it all.
        case noSplitKey(Operator.Reason)
    }

    /// How many nodes were unfit, by the reason.
    package struct Refusals: Hashable, Sendable, CustomStringConvertible {
        private var counts = [Int](repeating: 0, count: Unfitness.allCases.count)

        mutating func count(_ unfitness: Unfitness) { counts[unfitness.rawValue] += 1 }

        /// Whether waiting alone may help.
        var mayPass: Bool { counts[Unfitness.busy.rawValue] > 0 }

        package var description: String {
            Unfitness.allCases.filter { counts[$0.rawValue] > 0 }
                .map { "\(counts[$0.rawValue]) \($0)" }.joined(separator: ", ")
        }
    }
}

extension Obstacle: CustomStringConvertible {
    package var description: String {
        switch problem {
        case .quorumLost(let live, let voters): "shard \(shard): only \(live) of \(voters) voters live"
        case .noNode(let need, let refusals): "shard \(shard): no node for a replica: \(refusals) (\(need))"
        case .noLeader(let need): "shard \(shard): no voter can lead (\(need))"
        case .noSplitKey(let need): "shard \(shard): no key halves it (\(need))"
        }
    }
}
