package import Raft

/// One replica of a shard, as the shard's leader reports it.
package struct ReplicaView: Hashable, Sendable {
    package var member: Member
    /// Whether it votes.
    package var role: ReplicaRole
    /// Its log is at most a few entries behind the leader's. Nothing else may lead or be part of a merge.
    package var isNear: Bool
    /// It may have forgotten something (rule 15): it does not count, and its id has to go.
    package var isSuspect: Bool
    /// Since when the shard's leader has not heard from it, on the placement leader's clock; nil when it answers.
    package var downSince: Instant?

    package init(
        member: Member, role: ReplicaRole, isNear: Bool = false, isSuspect: Bool = false, downSince: Instant? = nil
    ) {
        self.member = member
        self.role = role
        self.isNear = isNear
        self.isSuspect = isSuspect
        self.downSince = downSince
    }
}
