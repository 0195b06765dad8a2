/// A replica and the node it lives on.
package struct Member: Hashable, Comparable, Sendable {
    package var replica: ReplicaID
    package var node: NodeID

    package init(replica: ReplicaID, node: NodeID) {
        self.replica = replica
        self.node = node
    }

    package static func < (a: Member, b: Member) -> Bool { a.replica < b.replica }
}

/// Who votes and who only listens. While `outgoing` is not empty the configuration is *joint*:
/// every quorum needs a majority of `voters` and a majority of `outgoing` (dissertation §4.3).
package struct Configuration: Hashable, Sendable {
    /// The voters; in a joint configuration, the incoming half. In descriptor order.
    package var voters: [Member]
    /// The outgoing half of a joint configuration; empty otherwise.
    package var outgoing: [Member]
    /// Receive the log, never count.
    package var learners: [Member]

    package init(voters: [Member], outgoing: [Member] = [], learners: [Member] = []) {
        self.voters = voters
        self.outgoing = outgoing
        self.learners = learners
    }

    /// Whether a change of members is under way: both halves must agree until an entry without `outgoing` ends it.
    package var isJoint: Bool { !outgoing.isEmpty }

    /// Every member once, in the order of replica ids.
    package var members: [Member] {
        var seen: [Member] = []
        for member in voters + outgoing + learners where !seen.contains(where: { $0.replica == member.replica }) {
            seen.append(member)
        }
        return seen.sorted()
    }

    /// Whether `replica` votes in either half.
    package func isVoter(_ replica: ReplicaID) -> Bool {
        voters.contains { $0.replica == replica } || outgoing.contains { $0.replica == replica }
    }

    /// The member with this replica id, in any role.
    package func member(_ replica: ReplicaID) -> Member? {
        voters.first { $0.replica == replica } ?? outgoing.first { $0.replica == replica }
            ?? learners.first { $0.replica == replica }
    }
}
