/// Linearizable reads: by lease, or by a round of heartbeats (dissertation §6.4, rules 2 and 25).
extension Group {
    /// Fixes the index a read must see. `id` comes back in `Ready` if the answer is `waiting`; `now` is read after the
    /// read arrived, because the lease is tested with it.
    package mutating func read(_ id: ReadID, now: Instant, neighbours: Neighbourhood) -> ReadOutcome {
        if isPlanted(.followerServes), leader != nil { return .serve(at: commitIndex) }
        guard role == .leader else { return .notLeader(hint: leaderHint) }
        if now < leaseExpiry(neighbours: neighbours) { return .serve(at: readIndex) }
        leadership.reads.enqueue(id)
        if leadership.reads.current == nil { startReadRound(now: now) }
        return .waiting
    }

    /// Everything acknowledged before now is at or below this. What earlier terms committed lies below the own
    /// first entry, so nothing is served before that entry is applied.
    private var readIndex: LogIndex {
        isPlanted(.readBeforeOwnCommit) ? commitIndex : max(commitIndex, leadership.firstIndex)
    }

    /// Until when a quorum is bound to this leader, by its own clock; `distantPast` without a lease. Valid only
    /// at this moment: it is computed from the configuration in force at each use (rule 2).
    package func leaseExpiry(neighbours: Neighbourhood) -> Instant {
        guard role == .leader, !leadership.hasGivenUpLease else { return .distantPast }
        if isPlanted(.leaseWithoutQuorum) { return .distantFuture }
        let newest = Quorum.reached(in: configuration) { replica in
            let sentAt = answeredSentAt(by: replica, neighbours: neighbours)
            return sentAt < neighbours.leaseFloor ? .distantPast : sentAt
        }
        return (newest ?? .distantPast) + leaseLength
    }

    private var leaseLength: Interval {
        if isPlanted(.leaseTooLong) { return Interval(nanoseconds: 2 * limits.promise.nanoseconds) }
        let perMillion = max(0, 1_000_000 - limits.clockErrorPartsPerMillion)
        return Interval(nanoseconds: limits.promise.nanoseconds / 1_000_000 * perMillion)
    }

    /// The newest send time that `replica` answered in this term, itself or through its node; own clock.
    func answeredSentAt(by replica: ReplicaID, neighbours: Neighbourhood) -> Instant {
        if replica == member.replica { return .distantFuture }
        guard let position = leadership.index(of: replica) else { return .distantPast }
        let progress = leadership.progress[position]
        guard progress.hasAcknowledged else { return progress.answeredSentAt }
        return max(progress.answeredSentAt, neighbours[progress.member.node].answeredSentAt)
    }

    /// When a quorum was last heard, by send time; the election itself counts.
    func quorumAnsweredAt(_ neighbours: Neighbourhood) -> Instant {
        let newest = Quorum.reached(in: configuration) { answeredSentAt(by: $0, neighbours: neighbours) }
        return max(newest ?? .distantPast, leadership.since)
    }

    private mutating func startReadRound(now: Instant) {
        leadership.reads.start(index: readIndex, now: now)
        sendReadRound(now: now)
        advanceReads(now: now)
    }

    mutating func sendReadRound(now: Instant) {
        guard let round = leadership.reads.current else { return }
        leadership.reads.noteSent(now: now)
        for position in leadership.progress.indices
        where configuration.isVoter(leadership.progress[position].member.replica) {
            sendHeartbeat(to: position, round: round.id, now: now)
        }
    }

    /// Hands out a confirmed round and starts the next.
    mutating func advanceReads(now: Instant) {
        while let round = leadership.reads.current {
            let outcome = Quorum.outcome(in: configuration) { replica in
                replica == member.replica || round.confirmedBy.contains(replica) ? true : nil
            }
            guard outcome == .won || isPlanted(.roundWithoutQuorum) else { return }
            guard let confirmed = leadership.reads.finish() else { return }
            ready.reads += confirmed.reads.map { Ready.ConfirmedRead(id: $0, index: confirmed.index) }
            guard leadership.reads.hasWaiting else { return }
            leadership.reads.start(index: readIndex, now: now)
            sendReadRound(now: now)
        }
    }
}
