/// What the nodes learn of each other and the group must hear (rule 7).
extension Group {
    /// Whether what becomes of `node` matters here: a member lives there, or the leader, which the newest configuration
    /// may leave out already, or somebody to whom a promise is still owed.
    package func concerns(_ node: NodeID) -> Bool {
        leader?.node == node || olderPromise?.holder.node == node
            || configuration.members.contains { $0.node == node }
    }

    /// A new process runs on `node`: what the old one promised or acknowledged is void. Called before anything of the
    /// new process is stepped: a leader there is taken for one of the old process, which leads no more in this term.
    package mutating func peerRestarted(_ node: NodeID, now: Instant, neighbours: Neighbourhood) {
        defer { checkInvariants() }
        forgetOlderPromise { $0.holder.node == node }
        for position in leadership.progress.indices where leadership.progress[position].member.node == node {
            leadership.progress[position].hasAcknowledged = false
            leadership.progress[position].acknowledgedFrom = now
            leadership.progress[position].answeredSentAt = .distantPast
            leadership.progress[position].confirmedCommit = .zero
            leadership.progress[position].catchUp = nil
            // What was on its way ended with the process.
            if leadership.progress[position].state.isSnapshot { leadership.progress[position].state = .probe }
            resume(position)
        }
        if role != .leader, leader?.node == node { loseLeader(now: now) }
        updateCampaignTime(now: now, neighbours: neighbours)
    }

    /// `node` can be reached again: a leader probes the members there that lack something.
    package mutating func peerConnected(_ node: NodeID, now: Instant) {
        defer { checkInvariants() }
        for position in leadership.progress.indices where leadership.progress[position].member.node == node {
            let progress = leadership.progress[position]
            guard progress.lacks(last: log.lastIndex, commit: commitIndex) else {
                leadership.progress[position].isSilent = false
                continue
            }
            resume(position)
        }
    }

    private mutating func resume(_ position: Int) {
        leadership.progress[position].isSilent = false
        leadership.progress[position].pausedUntil = nil
        leadership.progress[position].timeouts = 0
        leadership.progress[position].probeAgain()
        leadership.hasWork = true
    }

    /// A follower's node says that `replica` does not stand by the leader of `term` any more. It never will again
    /// in that term, so a late answer of it revives nothing.
    package mutating func followerLeft(_ replica: ReplicaID, term left: Term) {
        guard role == .leader, left == term, let position = leadership.index(of: replica) else { return }
        leadership.progress[position].hasLeft = true
        leadership.progress[position].hasAcknowledged = false
        leadership.hasWork = true
    }

    /// The leader's node says that `replica` stopped leading `term` and knows no successor.
    package mutating func leaderResigned(_ replica: ReplicaID, term resigned: Term, now: Instant) {
        defer { checkInvariants() }
        forgetOlderPromise { $0.holder.replica == replica && $0.term == resigned }
        guard role != .leader, resigned == term, leader?.replica == replica else { return }
        loseLeader(now: now)
    }

    /// The disk has no room for entries, or has room again (rule 38). Votes and terms are still written.
    package mutating func markDiskFull(_ full: Bool) {
        isDiskFull = full
    }
}
