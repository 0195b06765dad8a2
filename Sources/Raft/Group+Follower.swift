/// What a follower does with its leader's messages: paper §5.3.
extension Group {
    mutating func handle(_ append: Append<Payload>, from: Member, now: Instant, neighbours: Neighbourhood) {
        guard append.isWellFormed else { return }
        guard append.term >= term else { return reject(append, to: from) }
        guard follow(from, in: append.term, now: now, neighbours: neighbours) else { return }
        // What it holds already costs nothing, and a new leader has to learn that it is here.
        if isDiskFull || isFullAtBarrier, append.entries.contains(where: { isNew($0) }) {
            return reply(to: from, .diskFull, sentAt: append.sentAt)
        }
        guard matches(append), take(append.entries) else { return reject(append, to: from) }
        let match = append.previousIndex.advanced(by: UInt64(append.entries.count))
        verifiedIndex = max(verifiedIndex, match)
        commitIndex = max(commitIndex, min(append.commit, isPlanted(.unverifiedCommitted) ? log.lastIndex : match))
        replicatedEverywhere = min(append.replicatedEverywhere, commitIndex)
        reply(to: from, .accepted(match: match), sentAt: append.sentAt, durableThrough: match)
    }

    mutating func handle(_ heartbeat: Heartbeat, from: Member, now: Instant, neighbours: Neighbourhood) {
        if heartbeat.term >= term {
            guard follow(from, in: heartbeat.term, now: now, neighbours: neighbours) else { return }
            // Only what this term's leader is known to share may be taken as committed.
            commitIndex = max(commitIndex, min(heartbeat.commit, verifiedIndex))
            replicatedEverywhere = min(heartbeat.replicatedEverywhere, commitIndex)
        }
        let reply = HeartbeatReply(term: term, round: heartbeat.round, sentAt: heartbeat.sentAt)
        send(.heartbeatReply(reply), to: from)
    }

    /// A transfer target campaigns at once, without pre-vote, past every promise (rule 5).
    mutating func handle(_ request: TimeoutNow, from: Member, now: Instant, neighbours: Neighbourhood) {
        guard request.term == term, role == .follower, leader?.replica == from.replica else { return }
        guard now >= startupPromiseUntil else { return }
        startElection(now: now, transfer: request.transfer, neighbours: neighbours)
    }

    /// Takes `from` for the leader of `newTerm` ≥ the current term; false when it cannot be it.
    private mutating func follow(
        _ from: Member, in newTerm: Term, now: Instant, neighbours: Neighbourhood
    ) -> Bool {
        if newTerm == term {
            // Two leaders in one term, or a message of a leadership that is known to be over.
            guard role != .leader, newTerm != endedTerm else { return false }
            if let leader, leader.replica != from.replica { return false }
        }
        if newTerm == term, role == .follower, leader == from {
            noteLeaderHeard(now: now)
        } else {
            becomeFollower(in: newTerm, of: from, now: now, neighbours: neighbours)
        }
        return true
    }

    /// The log-matching check. What lies before the truncation point is committed, so every leader has the same
    /// there (paper §5.4.3); the check is made at the first position whose term is still known.
    private func matches(_ append: Append<Payload>) -> Bool {
        guard append.previousIndex < log.truncated.index else {
            let own = log.term(at: append.previousIndex)
            return own == append.previousTerm || own != nil && isPlanted(.previousNotChecked)
        }
        let count = append.previousIndex.distance(to: log.truncated.index)
        guard count <= UInt64(append.entries.count) else { return true }
        return append.entries[Int(count) - 1].term == log.truncated.term
    }

    /// Adds what is new and overwrites what conflicts. False when a committed entry would be overwritten, which no
    /// correct leader asks for: nothing is changed then.
    private mutating func take(_ entries: [Entry<Payload>]) -> Bool {
        guard let fresh = entries.firstIndex(where: { isNew($0) }) else { return true }
        let first = entries[fresh].index
        guard first > commitIndex else { return false }
        if first <= log.lastIndex {
            log.removeSuffix(from: first)
            configurations.removeSuffix(from: first)
        }
        durability.noteLogChange(from: first)
        for entry in entries[fresh...] { add(entry) }
        return true
    }

    private func isNew(_ entry: Entry<Payload>) -> Bool {
        entry.index > log.truncated.index && log.term(at: entry.index) != entry.term
    }

    /// Appends to the log; a configuration is in force from here on (rule 27).
    mutating func add(_ entry: Entry<Payload>) {
        log.append(entry)
        guard case .configuration(let configuration) = entry.content else { return }
        configurations.append(configuration, at: entry.index)
    }

    private mutating func reject(_ append: Append<Payload>, to target: Member) {
        let hint = log.lastPosition(atOrBefore: append.previousIndex, termAtMost: append.previousTerm)
        reply(
            to: target,
            .rejected(rejected: append.previousIndex, hintIndex: hint.index, hintTerm: hint.term),
            sentAt: append.sentAt)
    }

    private mutating func reply(
        to target: Member, _ outcome: AppendReply.Outcome, sentAt: Instant, durableThrough index: LogIndex = .zero
    ) {
        let reply = AppendReply(term: term, outcome: outcome, sentAt: sentAt)
        send(.appendReply(reply), to: target, durableThrough: index)
    }
}

extension Append {
    /// Consecutive entries of terms that never decrease and never exceed the leader's. Everything else is a
    /// peer's fault.
    var isWellFormed: Bool {
        var previous = LogPosition(index: previousIndex, term: previousTerm)
        guard previousTerm <= term, previousIndex.rawValue < UInt64.max / 2 else { return false }
        for entry in entries {
            guard entry.index == previous.index.next, entry.term >= previous.term, entry.term <= term else {
                return false
            }
            previous = LogPosition(index: entry.index, term: entry.term)
        }
        return true
    }
}
