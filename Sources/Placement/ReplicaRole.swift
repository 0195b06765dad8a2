internal import Raft

/// What a replica is in its shard's configuration.
package enum ReplicaRole: Hashable, Sendable {
    /// Votes, and will go on voting.
    case voter
    /// Votes until the joint configuration is left.
    case leaving
    /// Receives the log and never counts.
    case learner

    /// Every member of a configuration with its role, in the order of the lists.
    static func members(of configuration: Configuration) -> [(member: Member, role: ReplicaRole)] {
        var found: [(member: Member, role: ReplicaRole)] = configuration.voters.map { ($0, .voter) }
        for member in configuration.outgoing where !found.contains(where: { $0.member == member }) {
            found.append((member, .leaving))
        }
        for member in configuration.learners where !found.contains(where: { $0.member == member }) {
            found.append((member, .learner))
        }
        return found
    }
}
