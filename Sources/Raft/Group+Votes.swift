/// The voter's side of a campaign.
extension Group {
    mutating func handle(_ request: VoteRequest, from: Member, now: Instant, neighbours: Neighbourhood) {
        if isBound(to: request, of: from.replica, now: now, neighbours: neighbours) {
            answer(request, to: from, isGranted: false)
            greet(from, now: now)
            return
        }
        if !request.isPreVote, request.term > term {
            becomeFollower(in: request.term, of: nil, now: now, neighbours: neighbours)
            if request.transfer != nil { olderPromise = nil }
        }
        let isGranted = canGrant(request, to: from.replica)
        if isGranted, !request.isPreVote {
            vote = from.replica
            durability.noteHardStateChange()
            takeTurn(after: from, from: now + limits.promise)
        }
        answer(request, to: from, isGranted: isGranted)
    }

    /// Whether a promise or loyalty to a leader decides the answer, whatever the request says. A request that
    /// meets this does not even change the term (rule 1).
    private func isBound(
        to request: VoteRequest, of candidate: ReplicaID, now: Instant, neighbours: Neighbourhood
    ) -> Bool {
        // A new process does not know what it owes, so not even a transfer passes (rule 4).
        if now < startupPromiseUntil { return true }
        if isTransferVote(request) || isPlanted(.promiseBroken) { return false }
        return isPromised(against: candidate, now: now, neighbours: neighbours)
            || isLoyal(against: candidate, now: now, neighbours: neighbours)
    }

    /// Paper §5.2 and §5.4.1: one vote a term, and only for a log at least as up to date.
    private func canGrant(_ request: VoteRequest, to candidate: ReplicaID) -> Bool {
        let theirs = LogPosition(index: request.lastIndex, term: request.lastTerm)
        guard theirs.isUpToDate(with: log.last) || isPlanted(.staleCandidateElected) else { return false }
        if request.isPreVote, request.term > term { return true }
        let isFree = vote == candidate || vote == nil && leader == nil || isPlanted(.votedTwice)
        return request.term == term && isFree
    }

    private mutating func answer(_ request: VoteRequest, to candidate: Member, isGranted: Bool) {
        let reply = VoteReply(
            term: isGranted ? request.term : term, isPreVote: request.isPreVote, isGranted: isGranted)
        send(.voteReply(reply), to: candidate)
    }

    /// A member that campaigns against a living leader has not heard it: the leader makes itself heard.
    private mutating func greet(_ candidate: Member, now: Instant) {
        guard role == .leader, let position = leadership.index(of: candidate.replica) else { return }
        leadership.progress[position].isSilent = false
        leadership.hasWork = true
        sendHeartbeat(to: position, round: 0, now: now)
    }
}
