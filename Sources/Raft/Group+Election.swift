/// Campaigns: paper §5.2 and §5.4.1, dissertation §9.6, rule 3.
extension Group {
    /// Asks the others whether they would vote for this replica. Nothing durable changes.
    mutating func startPreVote(now: Instant, neighbours: Neighbourhood) {
        guard mayCampaign, term.next < Term.limit else { return }
        changeRole(to: .preCandidate)
        tally = Tally()
        tally.record(true, from: member.replica)
        campaignNotBefore = now + limits.promise
        delayCampaign(from: campaignNotBefore)
        requestVotes(in: term.next, isPreVote: true, transfer: nil)
        evaluateTally(now: now, neighbours: neighbours)
    }

    /// Begins a term of its own and asks for votes in it, once term and vote are durable.
    mutating func startElection(now: Instant, transfer: TransferID?, neighbours: Neighbourhood) {
        guard mayCampaign, term.next < Term.limit else { return }
        enterTerm(term.next, vote: member.replica, keepsPromise: transfer == nil, neighbours: neighbours)
        setLeader(nil)
        changeRole(to: .candidate)
        tally = Tally()
        campaignNotBefore = now + limits.promise
        delayCampaign(from: campaignNotBefore)
        requestVotes(in: term, isPreVote: false, transfer: transfer)
    }

    /// Campaigns now, in a group in which nobody ever did: nobody can be disturbed, so nobody is asked first.
    package mutating func campaignFirst(now: Instant, neighbours: Neighbourhood) {
        defer { checkInvariants() }
        guard term == .zero, role == .follower else { return }
        startElection(now: now, transfer: nil, neighbours: neighbours)
        updateCampaignTime(now: now, neighbours: neighbours)
    }

    private mutating func requestVotes(in term: Term, isPreVote: Bool, transfer: TransferID?) {
        let last = log.last
        let request = VoteRequest(
            term: term, isPreVote: isPreVote, lastIndex: last.index, lastTerm: last.term, transfer: transfer)
        for voter in configuration.allVoters.sorted() where voter.replica != member.replica {
            send(.voteRequest(request), to: voter)
        }
    }

    /// A candidate's own vote counts like any other: when it is durable.
    mutating func countOwnVote(now: Instant, neighbours: Neighbourhood) {
        guard durability.isHardStateDurable, vote == member.replica else { return }
        tally.record(true, from: member.replica)
        evaluateTally(now: now, neighbours: neighbours)
    }

    mutating func handle(_ reply: VoteReply, from: Member, now: Instant, neighbours: Neighbourhood) {
        guard role == (reply.isPreVote ? .preCandidate : .candidate) else { return }
        if !reply.isGranted, reply.term > term {
            becomeFollower(in: reply.term, of: nil, now: now, neighbours: neighbours)
            return
        }
        let asked = reply.isPreVote ? term.next : term
        guard !reply.isGranted || reply.term == asked else { return }
        tally.record(reply.isGranted, from: from.replica)
        evaluateTally(now: now, neighbours: neighbours)
    }

    private mutating func evaluateTally(now: Instant, neighbours: Neighbourhood) {
        switch tally.outcome(in: configuration) {
        case .undecided: break
        case .lost: loseRound(now: now)
        case .won where role == .candidate: becomeLeader(now: now)
        case .won:
            // The leader may have come back while the answers were on their way.
            if isPromised(against: member.replica, now: now, neighbours: neighbours) {
                loseRound(now: now)
            } else {
                startElection(now: now, transfer: nil, neighbours: neighbours)
            }
        }
    }

    /// The round failed; another is tried after a short, growing pause.
    mutating func loseRound(now: Instant) {
        lostRounds = min(lostRounds + 1, 16)
        changeRole(to: .follower)
        campaignNotBefore = now
        delayCampaign(from: now)
    }

    /// Moves the next campaign behind `start` by this replica's rank and a random part that grows with each loss.
    mutating func delayCampaign(from start: Instant) {
        let doublings = Int64(max(0, min(lostRounds, 7) - 1))
        let low = Interval(nanoseconds: limits.retryMin.nanoseconds << doublings)
        let high = Interval(nanoseconds: limits.retryMax.nanoseconds << doublings)
        let pause = min(random.interval(from: low, to: high), limits.retryCeiling)
        campaignNotBefore = max(campaignNotBefore, start + pause)
    }

    /// Lets the voters that come first after `leader` campaign before this replica, from `start` on (rule 3).
    mutating func takeTurn(after leader: Member?, from start: Instant) {
        let jitter = random.interval(from: .zero, to: limits.campaignStagger)
        campaignNotBefore = max(campaignNotBefore, start + stagger(after: leader) + jitter)
    }

    /// How long this replica lets the voters before it go first (rule 3): they follow each other in descriptor
    /// order, beginning after the leader.
    func stagger(after leader: Member?) -> Interval {
        let voters = configuration.allVoters
        guard let own = voters.firstIndex(where: { $0.replica == member.replica }) else { return .zero }
        let first = voters.firstIndex { $0.replica == leader?.replica }.map { $0 + 1 } ?? 0
        let rank = (own - first + voters.count) % voters.count
        return Interval(nanoseconds: limits.campaignStagger.nanoseconds * Int64(rank))
    }

    /// Recomputes when this follower campaigns; never, while its leader's node is heard and speaks for it.
    mutating func updateCampaignTime(now: Instant, neighbours: Neighbourhood) {
        switch role {
        case .leader: campaignAt = nil
        case .preCandidate, .candidate: campaignAt = campaignNotBefore
        case .follower:
            guard mayCampaign else { return campaignAt = nil }
            campaignAt = followerCampaignTime(now: now, neighbours: neighbours)
        }
    }

    private func followerCampaignTime(now: Instant, neighbours: Neighbourhood) -> Instant? {
        guard let leader else { return max(campaignNotBefore, (olderPromise?.until ?? .distantPast)) }
        let node = neighbours[leader.node]
        let heardAt = leaderHeardAt(neighbours)
        let isClosed = node.isClosed(since: heardAt)
        if isCovered, !isClosed, now < node.heardAt + limits.silence { return nil }
        let patience = isClosed ? limits.promise : electionPatience
        return max(campaignNotBefore, heardAt + patience + stagger(after: leader))
    }

    /// `deadline` passed without news, or the neighbourhood changed.
    mutating func tickElection(now: Instant, neighbours: Neighbourhood) {
        updateCampaignTime(now: now, neighbours: neighbours)
        guard let due = campaignAt, due <= now else { return }
        if role == .candidate || role == .preCandidate { loseRound(now: now) }
        guard !isPromised(against: member.replica, now: now, neighbours: neighbours) else {
            return delayCampaign(from: now)
        }
        startPreVote(now: now, neighbours: neighbours)
    }
}
