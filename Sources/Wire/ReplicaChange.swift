package import Raft

/// A change of a shard's replicas as one step: what becomes of the members it names. More than one change of voters
/// goes through a joint configuration (rule 27).
package struct ReplicaChange: Hashable, Sendable {
    /// Nodes that get a new replica, as a learner; its id is the shard's next one.
    package var addLearners: [NodeID]
    /// Learners that are to vote; they must have caught up (rule 28).
    package var promote: [ReplicaID]
    /// Voters that are only to listen.
    package var demote: [ReplicaID]
    /// Members that are to leave.
    package var remove: [ReplicaID]

    package init(
        addLearners: [NodeID] = [], promote: [ReplicaID] = [], demote: [ReplicaID] = [], remove: [ReplicaID] = []
    ) {
        self.addLearners = addLearners
        self.promote = promote
        self.demote = demote
        self.remove = remove
    }

    /// Members and nodes that one change may name.
    package static let namesMax = 64
}
