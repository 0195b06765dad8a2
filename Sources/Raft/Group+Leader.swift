/// What a leader does with answers, and how the commit index grows: paper §5.3 and §5.4.2.
extension Group {
    mutating func handle(_ reply: AppendReply, from: Member, now: Instant, neighbours: Neighbourhood) {
        guard standsAgainst(reply.term, now: now, neighbours: neighbours) else { return }
        guard let position = leadership.index(of: from.replica) else { return }
        noteAnswer(from: position, sentAt: reply.sentAt, now: now)
        leadership.hasWork = true
        switch reply.outcome {
        case .accepted(let match):
            guard match <= log.lastIndex else { return }
            leadership.progress[position].accepted(match, sentAt: reply.sentAt)
            advanceCommit(now: now)
            proceedWithTransfer()
        case .rejected(let rejected, let hintIndex, let hintTerm):
            skipBack(position, rejected: rejected, hint: LogPosition(index: hintIndex, term: hintTerm), now: now)
        case .diskFull:
            // A snapshot is on its way: this answers an append from before.
            guard !leadership.progress[position].state.isSnapshot else { return }
            let next = leadership.progress[position].match.next
            leadership.progress[position].probe(from: next, as: .diskFull)
            leadership.progress[position].pausedUntil = now + limits.retryCeiling
        }
    }

    mutating func handle(_ reply: HeartbeatReply, from: Member, now: Instant, neighbours: Neighbourhood) {
        guard standsAgainst(reply.term, now: now, neighbours: neighbours) else { return }
        guard let position = leadership.index(of: from.replica) else { return }
        noteAnswer(from: position, sentAt: reply.sentAt, now: now)
        leadership.hasWork = true
        guard reply.round != 0 else { return }
        leadership.reads.confirm(reply.round, by: from.replica)
        advanceReads(now: now)
    }

    /// False for answers of another term; a later one ends this leadership (paper §5.1).
    private mutating func standsAgainst(_ answered: Term, now: Instant, neighbours: Neighbourhood) -> Bool {
        guard role == .leader else { return false }
        if answered > term { becomeFollower(in: answered, of: nil, now: now, neighbours: neighbours) }
        return answered == term && role == .leader
    }

    /// An answer in this term is a promise that counts from when the message was *sent* (rule 2).
    private mutating func noteAnswer(from position: Int, sentAt: Instant, now: Instant) {
        leadership.progress[position].isSilent = false
        leadership.progress[position].timeouts = 0
        let progress = leadership.progress[position]
        guard sentAt >= max(leadership.since, progress.acknowledgedFrom), sentAt <= now else { return }
        let since = isPlanted(.leaseFromReceipt) ? now : sentAt
        leadership.progress[position].answeredSentAt = max(progress.answeredSentAt, since)
        leadership.progress[position].hasAcknowledged = !progress.hasLeft
    }

    /// The logs do not meet where the leader thought: go back by whole terms (paper §5.3, last paragraphs).
    private mutating func skipBack(_ position: Int, rejected: LogIndex, hint: LogPosition, now: Instant) {
        let progress = leadership.progress[position]
        guard progress.expectsRejection(of: rejected) else { return }
        if rejected > log.truncated.index, hint.index >= log.truncated.index {
            let meeting = log.lastPosition(atOrBefore: min(hint.index, rejected.previous), termAtMost: hint.term)
            leadership.progress[position].probe(from: meeting.index.next)
            return
        }
        // Only entries that this log no longer has could join the two.
        if progress.state.isSnapshot {
            leadership.progress[position].probe(from: log.truncated.index.next, as: progress.state)
            leadership.progress[position].pausedUntil = now + limits.retryCeiling
        } else {
            leadership.progress[position].probe(from: log.truncated.index.next, as: .unreachableByLog)
        }
    }

    /// Counts who holds what. Only an entry of the own term is committed by counting; those before it follow
    /// (paper §5.4.2, figure 8).
    mutating func advanceCommit(now: Instant) {
        guard role == .leader else { return }
        var counted = configuration
        if isPlanted(.removedLeaderCounted), !isVoter { counted.voters.append(member) }
        let reached = Quorum.reached(in: counted) { replica in
            guard replica == member.replica else { return match(of: replica) }
            return isPlanted(.ownDiskNotAwaited) ? log.lastIndex : durability.persistedIndex
        }
        guard let reached, reached > commitIndex else { return }
        guard log.term(at: reached) == term || isPlanted(.oldTermCommitted) else { return }
        let committed = log.entries(from: commitIndex.next, through: reached) ?? []
        leadership.uncommittedBytes -= committed.reduce(0) { $0 + $1.byteCount }
        commitIndex = reached
        leadership.commits.note(reached, now: now, span: limits.promise)
        leadership.hasWork = true
    }

    private func match(of replica: ReplicaID) -> LogIndex {
        leadership.index(of: replica).map { leadership.progress[$0].match } ?? .zero
    }
}
