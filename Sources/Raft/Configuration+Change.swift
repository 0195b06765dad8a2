extension Configuration {
    /// Whether every list is free of repetition, there is a voter, no incoming voter is a learner, and each replica
    /// is said to live on one node only.
    package var isWellFormed: Bool {
        guard !voters.isEmpty else { return false }
        guard Self.isDistinct(voters), Self.isDistinct(outgoing), Self.isDistinct(learners) else { return false }
        guard !learners.contains(where: { Self.contains($0.replica, in: voters) }) else { return false }
        return (voters + outgoing + learners).allSatisfy { member($0.replica) == $0 }
    }

    /// Whether `next` may follow this configuration directly, so that every quorum of the one meets every quorum
    /// of the other: a simple one is followed by one that differs in at most one voter, or by the joint one that
    /// leaves it; a joint one only by its own incoming half (dissertation §4.1 and §4.3, rule 27).
    ///
    /// A replica stays on its node for life: one that moves is another replica with another id (rule 29).
    package func allows(_ next: Configuration) -> Bool {
        guard next.isWellFormed else { return false }
        guard next.members.allSatisfy({ member($0.replica) ?? $0 == $0 }) else { return false }
        if isJoint { return !next.isJoint && Self.difference(voters, next.voters) == 0 }
        if next.isJoint { return Self.difference(voters, next.outgoing) == 0 }
        return Self.difference(voters, next.voters) <= 1
    }

    /// What follows this joint configuration: its incoming half alone. Whoever only leaves is out, or listens if it
    /// is among the learners already.
    package var leave: Configuration { Configuration(voters: voters, learners: learners) }

    /// Every voter of either half once: the incoming half in its order, then those who only leave.
    var allVoters: [Member] {
        voters + outgoing.filter { !Self.contains($0.replica, in: voters) }
    }

    private static func contains(_ replica: ReplicaID, in members: [Member]) -> Bool {
        members.contains { $0.replica == replica }
    }

    private static func isDistinct(_ members: [Member]) -> Bool {
        members.indices.allSatisfy { position in
            !contains(members[position].replica, in: Array(members[..<position]))
        }
    }

    /// How many replicas are in one list only.
    private static func difference(_ a: [Member], _ b: [Member]) -> Int {
        a.count { !contains($0.replica, in: b) } + b.count { !contains($0.replica, in: a) }
    }
}
