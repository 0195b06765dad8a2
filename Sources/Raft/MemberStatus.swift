/// One line of a leader's view, for people and for placement.
package struct MemberStatus: Hashable, Sendable {
    package var member: Member
    /// Durable there up to here, as far as this leader knows.
    package var match: LogIndex
    /// How its log is being fed.
    package var state: FollowerState
    /// It acknowledged this leader in this term.
    package var hasAcknowledged: Bool
    /// Its node is silent.
    package var isSilent: Bool
    /// The newest of this leader's messages that it answered in this term, by send time.
    package var answeredSentAt: Instant

    package init(
        member: Member, match: LogIndex, state: FollowerState, hasAcknowledged: Bool, isSilent: Bool,
        answeredSentAt: Instant
    ) {
        self.member = member
        self.match = match
        self.state = state
        self.hasAcknowledged = hasAcknowledged
        self.isSilent = isSilent
        self.answeredSentAt = answeredSentAt
    }
}
