/// The clock, as far as the group needs one.
extension Group {
    /// When `tick` must be called at latest; nil in a quiet group, which is ticked only when its neighbourhood
    /// changes (rule 7).
    package var deadline: Instant? {
        guard role == .leader else { return campaignAt }
        var earliest = leadership.checkQuorumAt
        func consider(_ candidate: Instant?) {
            guard let candidate else { return }
            earliest = min(earliest ?? candidate, candidate)
        }
        consider(leadership.commitNoticeAt)
        consider(leadership.transfer?.endsAt)
        consider(leadership.reads.current.map { $0.sentAt + limits.resendAfter })
        for progress in leadership.progress { consider(progress.deadline(limits)) }
        return earliest
    }

    /// Looks at the clock and the neighbourhood again. The host calls this when `deadline` has passed, and when the
    /// node of a member fell silent, closed its connection, or was heard again.
    package mutating func tick(now: Instant, neighbours: Neighbourhood) {
        defer { checkInvariants() }
        if role == .leader {
            tickLeader(now: now, neighbours: neighbours)
        } else {
            tickElection(now: now, neighbours: neighbours)
        }
        updateCampaignTime(now: now, neighbours: neighbours)
    }

    private mutating func tickLeader(now: Instant, neighbours: Neighbourhood) {
        for position in leadership.progress.indices { tickFollower(position, now: now, neighbours: neighbours) }
        guard hearsQuorum(now: now, neighbours: neighbours) else { return stepDown(now: now) }
        if let round = leadership.reads.current, round.sentAt + limits.resendAfter <= now {
            sendReadRound(now: now)
            // Whoever still had to answer may be no voter any more; the last of several answers nobody.
            advanceReads(now: now)
        }
        if let noticeAt = leadership.commitNoticeAt, noticeAt <= now { leadership.hasWork = true }
        if let transfer = leadership.transfer, transfer.endsAt <= now { endTransfer(now: now, neighbours: neighbours) }
    }

    /// Check-quorum (dissertation §6.2): a leader that no quorum answers makes way.
    private mutating func hearsQuorum(now: Instant, neighbours: Neighbourhood) -> Bool {
        let answeredAt = quorumAnsweredAt(neighbours)
        let endsAt = answeredAt + limits.electionTimeoutMin
        guard now < endsAt else { return false }
        leadership.checkQuorumAt = isFresh(answeredAt, now: now) ? nil : endsAt
        return true
    }

    private func isFresh(_ instant: Instant, now: Instant) -> Bool {
        now < instant + limits.silence
    }

    private mutating func tickFollower(_ position: Int, now: Instant, neighbours: Neighbourhood) {
        let wasSilent = leadership.progress[position].isSilent
        leadership.progress[position].isSilent = isSilent(leadership.progress[position].member.node, now, neighbours)
        if wasSilent, !leadership.progress[position].isSilent { leadership.hasWork = true }
        guard let due = leadership.progress[position].deadline(limits), due <= now else { return }
        leadership.hasWork = true
        if leadership.progress[position].pausedUntil != nil {
            leadership.progress[position].pausedUntil = nil
        } else {
            leadership.progress[position].timeouts += 1
            leadership.progress[position].probeAgain()
        }
    }

    /// A node that was known and is not heard any more gets no appends: it is told everything when it comes back.
    private func isSilent(_ node: NodeID, _ now: Instant, _ neighbours: Neighbourhood) -> Bool {
        let liveness = neighbours[node]
        if liveness.isClosed(since: liveness.heardAt) { return true }
        return liveness.heardAt != .distantPast && !isFresh(liveness.heardAt, now: now)
    }
}
