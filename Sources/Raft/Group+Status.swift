extension Group {
    /// The configuration in force: the newest in the log (rule 27).
    package var configuration: Configuration { configurations.current }

    /// The configuration as of the applied index: what others may be told is certain.
    package var appliedConfiguration: Configuration { configurations.applied }

    /// Whether a configuration is in the log that is not applied.
    package var hasUnappliedConfiguration: Bool { configurations.hasUnapplied }

    /// The configurations in the log that are not applied, in its order.
    package var unappliedConfigurations: [(index: LogIndex, configuration: Configuration)] {
        configurations.unapplied
    }

    /// The end of the log, durable or not.
    package var lastIndex: LogIndex { log.lastIndex }

    /// The term of the last entry.
    package var lastTerm: Term { log.last.term }

    /// The log is durable up to here on the own disk.
    package var persistedIndex: LogIndex { durability.persistedIndex }

    /// The last entry dropped from the log.
    package var truncatedIndex: LogIndex { log.truncated.index }

    /// Bytes of entries held in memory.
    package var cachedBytes: Int { log.cachedBytes }

    /// Everything handed out to be applied has been reported as applied.
    package var isApplierIdle: Bool { appliedIndex == handedOut }

    /// The term of the entry at `index`; nil before the truncation point and after the end.
    package func termAt(_ index: LogIndex) -> Term? { log.term(at: index) }

    /// The other members as this leader sees them, in the order of replica ids; empty unless leader.
    package var progress: [MemberStatus] {
        leadership.progress.map {
            MemberStatus(
                member: $0.member, match: $0.match, state: $0.state, hasAcknowledged: $0.hasAcknowledged,
                isSilent: $0.isSilent, answeredSentAt: $0.answeredSentAt)
        }
    }

    /// Whether it follows nobody and does not lead.
    package var isLeaderless: Bool { role != .leader && (leader == nil || role != .follower) }

    /// Nothing to do, no timer, nothing awaited: the group costs only its memory.
    package var isQuiet: Bool {
        deadline == nil && !hasReady && withheld.isEmpty && role != .candidate && role != .preCandidate
    }

    var isVoter: Bool { configuration.isVoter(member.replica) }

    /// Whether this replica may campaign. One that the newest configuration leaves out may be needed until that is
    /// committed, because the others' logs may be shorter; its own vote does not count (dissertation §4.2.2).
    var mayCampaign: Bool { configurations.isVoter(member.replica, sinceCommitted: commitIndex) }

    /// The leader to send others to; nil while this replica doubts it.
    var leaderHint: Member? { role == .follower ? leader : nil }
}
