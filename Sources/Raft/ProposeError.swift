/// Why a proposal was not taken. In every case nothing was appended (rule 23: *not applied*).
package enum ProposeError: Error, Hashable, Sendable {
    /// Ask `hint` instead; nil when no leader is known.
    case notLeader(hint: Member?)
    /// Too many bytes wait for a quorum; retry later.
    case tooMuchUncommitted
    /// Much waits behind an entry that cannot be handed out yet; retry later, probably elsewhere.
    case waitsAtBarrier
    /// Leadership is being handed over; retry soon, probably elsewhere.
    case leadershipTransferInProgress
    /// A configuration is not yet applied; retry when it is (rule 27).
    case configurationPending
    /// Nothing of this leader's term is applied yet; retry soon (rule 27).
    case nothingAppliedInTerm
    /// This configuration may not follow the one in force; a planning fault, do not retry.
    case configurationNotAllowed
    /// This incoming voter is no learner whose log is near the leader's (rule 28); retry when it has caught up.
    case notCaughtUp(Member)
    /// No quorum of the incoming voters was heard within a second (rule 28): with them the shard might stand still.
    case incomingUnreachable
}
