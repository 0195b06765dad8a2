import Raft

/// Quorums by their definition, apart from how `Raft` counts them.
extension Configuration {
    /// Whether those who satisfy the condition are a quorum: a majority of each half.
    func hasQuorum(_ isThere: (Member) -> Bool) -> Bool {
        Self.hasMajority(voters, isThere) && (outgoing.isEmpty || Self.hasMajority(outgoing, isThere))
    }

    private static func hasMajority(_ voters: [Member], _ isThere: (Member) -> Bool) -> Bool {
        2 * voters.count(where: isThere) > voters.count
    }

    /// Whether every quorum of the one meets every quorum of the other: tried out on all sets of voters (I13).
    func quorumsMeet(_ other: Configuration) -> Bool {
        let voters = Array(Set(voters + outgoing + other.voters + other.outgoing)).sorted()
        for set in 0..<(1 << voters.count) {
            func isIn(_ member: Member) -> Bool {
                voters.firstIndex(of: member).map { set >> $0 & 1 == 1 } ?? false
            }
            // One quorum inside the set, and one outside of it.
            if hasQuorum(isIn), other.hasQuorum({ !isIn($0) }) { return false }
        }
        return true
    }
}
