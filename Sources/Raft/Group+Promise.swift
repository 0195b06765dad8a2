/// Rules 1–5: whom this replica is bound to, and for how long.
extension Group {
    /// When the current leader was last heard, by its own message or, once it is covered, through its node.
    func leaderHeardAt(_ neighbours: Neighbourhood) -> Instant {
        guard let leader, role != .leader else { return .distantPast }
        return isCovered ? max(heardDirectlyAt, neighbours[leader.node].heardAt) : heardDirectlyAt
    }

    /// Whether a promise forbids to act for `candidate` now, campaigning itself included (rule 1).
    func isPromised(against candidate: ReplicaID, now: Instant, neighbours: Neighbourhood) -> Bool {
        if now < startupPromiseUntil { return true }
        if role == .leader { return now < leaseExpiry(neighbours: neighbours) }
        if let leader, leader.replica != candidate, now < leaderHeardAt(neighbours) + limits.promise { return true }
        guard let olderPromise, olderPromise.holder.replica != candidate else { return false }
        return now < olderPromise.until
    }

    /// Whether the election timeout of a leader that may well be alive forbids to support `candidate` (rule 3).
    func isLoyal(against candidate: ReplicaID, now: Instant, neighbours: Neighbourhood) -> Bool {
        guard let leader else { return false }
        if role == .leader { return now < quorumAnsweredAt(neighbours) + limits.electionTimeoutMin }
        let heardAt = leaderHeardAt(neighbours)
        guard leader.replica != candidate, !neighbours[leader.node].isClosed(since: heardAt) else { return false }
        return now < heardAt + limits.electionTimeoutMin
    }

    /// Whether a request is one of those votes that a transfer causes, which alone pass a promise (rule 5). They
    /// are void in every term but the one right after the leader's that gave up its lease for them.
    func isTransferVote(_ request: VoteRequest) -> Bool {
        guard let transfer = request.transfer, !request.isPreVote, request.term == term.next else { return false }
        guard role == .leader else { return true }
        return leadership.transfer?.id == transfer && leadership.hasGivenUpLease
    }

    /// Ends the relation to the current leader because a new term begins; the promise given to it stays.
    mutating func leaveLeader(keepsPromise: Bool, neighbours: Neighbourhood) {
        defer { isCovered = false }
        guard let leader, role != .leader else { return }
        let until = leaderHeardAt(neighbours) + limits.promise
        if keepsPromise, until > (olderPromise?.until ?? .distantPast) {
            olderPromise = OlderPromise(holder: leader, term: term, until: until)
        }
        if isCovered { ready.leftLeader = Ready.LeftLeader(leader: leader, term: term) }
    }

    /// A promise to a process or a leadership that is over binds nobody.
    mutating func forgetOlderPromise(where isVoid: (OlderPromise) -> Bool) {
        if let olderPromise, isVoid(olderPromise) { self.olderPromise = nil }
    }
}
