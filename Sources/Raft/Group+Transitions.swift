/// Changes of term, role and leader. Every one of them passes here.
extension Group {
    /// Follows `newLeader`, or nobody yet, in `newTerm` ≥ the current one.
    mutating func becomeFollower(
        in newTerm: Term, of newLeader: Member?, now: Instant, neighbours: Neighbourhood
    ) {
        if role == .leader { resign(hasSuccessor: newLeader != nil) }
        if newTerm > term {
            enterTerm(newTerm, vote: nil, keepsPromise: newLeader == nil, neighbours: neighbours)
            setLeader(nil)
        }
        changeRole(to: .follower)
        setLeader(newLeader)
        if newLeader == nil {
            campaignNotBefore = now
            delayCampaign(from: now)
        } else {
            noteLeaderHeard(now: now)
        }
    }

    /// Moves to a later term; term and vote become durable in one write (RELIABILITY §4 A2).
    mutating func enterTerm(_ newTerm: Term, vote newVote: ReplicaID?, keepsPromise: Bool, neighbours: Neighbourhood) {
        if role == .leader { resign(hasSuccessor: false) }
        leaveLeader(keepsPromise: keepsPromise, neighbours: neighbours)
        term = newTerm
        vote = newVote
        verifiedIndex = .zero
        durability.noteHardStateChange()
        // Answers of the old term speak for a leader that this replica has just left.
        withheld.removeAll()
        ready.messages.removeAll { $0.message.acknowledgesLeader }
    }

    /// The leader of the current term has said something.
    mutating func noteLeaderHeard(now: Instant) {
        heardDirectlyAt = max(heardDirectlyAt, now)
        lostRounds = 0
        campaignNotBefore = .distantPast
    }

    mutating func becomeLeader(now: Instant) {
        changeRole(to: .leader)
        setLeader(member)
        leadership = Leadership()
        leadership.since = now
        leadership.commits.note(commitIndex, now: now, span: limits.promise)
        let next = log.lastIndex.next
        leadership.progress = configuration.members.filter { $0.replica != member.replica }
            .map { Progress(member: $0, next: next) }
        leadership.firstIndex = next
        countUncommitted()
        replicatedEverywhere = log.truncated.index
        lostRounds = 0
        // Paper §8: commits what earlier terms left, and proves the leadership.
        if !isPlanted(.noEntryOnElection) { appendAsLeader(.empty) }
    }

    mutating func countUncommitted() {
        let uncommitted = log.entries(from: commitIndex.next, through: log.lastIndex) ?? []
        leadership.uncommittedBytes = uncommitted.reduce(0) { $0 + $1.byteCount }
    }

    /// Stops leading the current term, in which nobody leads any more. With a successor the followers hear of it from
    /// the new leader; otherwise their nodes must be told.
    mutating func resign(hasSuccessor: Bool) {
        guard role == .leader else { return }
        ready.failedReads += leadership.reads.unanswered
        if !hasSuccessor { ready.resignedTerm = term }
        endedTerm = term
        leadership = Leadership()
        changeRole(to: .follower)
        setLeader(nil)
    }

    /// Stops leading and stays in the term; campaigns again when the others had their chance.
    mutating func stepDown(now: Instant) {
        resign(hasSuccessor: false)
        campaignNotBefore = now
        takeTurn(after: member, from: now)
        campaignAt = mayCampaign ? campaignNotBefore : nil
    }

    /// The leader of the current term is gone for good: what was promised to it is void.
    mutating func loseLeader(now: Instant) {
        let gone = leader
        endedTerm = term
        heardDirectlyAt = .distantPast
        isCovered = false
        if role == .preCandidate { changeRole(to: .follower) }
        setLeader(nil)
        campaignNotBefore = max(now, startupPromiseUntil)
        takeTurn(after: gone, from: campaignNotBefore)
        campaignAt = mayCampaign ? campaignNotBefore : nil
    }

    mutating func changeRole(to newRole: Role) {
        if role != newRole { ready.leadershipChanged = true }
        role = newRole
        if newRole != .preCandidate, newRole != .candidate { tally = Tally() }
    }

    mutating func setLeader(_ newLeader: Member?) {
        if leader != newLeader {
            ready.leadershipChanged = true
            isCovered = false
            electionPatience = random.interval(from: limits.electionTimeoutMin, to: limits.electionTimeoutMax)
        }
        leader = newLeader
        if newLeader == nil { heardDirectlyAt = .distantPast }
    }
}

extension Message {
    /// Whether it tells a leader that the sender stands by it.
    var acknowledgesLeader: Bool {
        switch self {
        case .appendReply, .heartbeatReply: true
        default: false
        }
    }

    /// Whether only the leader of its term says it.
    var isLeaders: Bool {
        switch self {
        case .append, .heartbeat, .timeoutNow: true
        default: false
        }
    }
}
