/// What a leader sends: paper §5.3, pipelined.
extension Group {
    /// Sends every follower what it lacks and may get now.
    mutating func replicate(now: Instant) {
        guard role == .leader, leadership.hasWork else { return }
        leadership.hasWork = false
        updateReplicatedEverywhere()
        for position in leadership.progress.indices {
            while sendAppend(to: position, now: now) {}
        }
        tellCommit(now: now)
    }

    /// Sends one append if there is something to send and room for it; whether one more may follow.
    private mutating func sendAppend(to position: Int, now: Instant) -> Bool {
        let progress = leadership.progress[position]
        guard progress.canSend(limits) else { return false }
        guard progress.state != .unreachableByLog else {
            requestSnapshot(for: position, now: now)
            return false
        }
        let isReplicating = progress.state == .replicate
        let lacks =
            isReplicating
            ? progress.next <= log.lastIndex
            : progress.lacks(last: log.lastIndex, commit: commitIndex)
        guard lacks else { return false }
        guard log.term(at: progress.next.previous) != nil else {
            // It may hold more than it has acknowledged: asked first whether what is left of the log helps it.
            let state = progress.state.isSnapshot ? progress.state : .probe
            leadership.progress[position].probe(from: log.truncated.index.next, as: state)
            return true
        }
        let entries = log.entries(from: progress.next, through: log.lastIndex, byteLimit: limits.appendBytesMax)
        if entries == nil, isReplicating {
            load(for: position)
            return false
        }
        // A probe that only asks where the logs meet costs nothing if its entries are not at hand.
        let takesEntries = isReplicating || progress.state == .probe
        sendAppend(to: position, entries: takesEntries ? Array(entries ?? []) : [], now: now)
        return isReplicating
    }

    private mutating func sendAppend(to position: Int, entries: [Entry<Payload>], now: Instant) {
        let progress = leadership.progress[position]
        let previous = progress.next.previous
        let last = previous.advanced(by: UInt64(entries.count))
        let append = Append(
            term: term, previousIndex: previous, previousTerm: log.term(at: previous) ?? .zero, entries: entries,
            commit: commitIndex, replicatedEverywhere: replicatedEverywhere, sentAt: now)
        ready.messages.append(Ready.Outgoing(to: progress.member, message: .append(append)))
        let bytes = entries.reduce(0) { $0 + $1.byteCount }
        leadership.progress[position].sent(
            Progress.Inflight(last: last, bytes: bytes, commit: min(commitIndex, last), sentAt: now))
    }

    /// A commit index that no append carried is told with an empty one, after a moment in which one may come.
    private mutating func tellCommit(now: Instant) {
        let isDue = isRemovedLeader || leadership.commitNoticeAt.map { $0 <= now } ?? false
        var isOwed = false
        for position in leadership.progress.indices where owesCommit(to: leadership.progress[position]) {
            guard isDue, leadership.progress[position].canSend(limits) else {
                isOwed = true
                continue
            }
            sendAppend(to: position, entries: [], now: now)
        }
        guard isOwed else { return leadership.commitNoticeAt = nil }
        if leadership.commitNoticeAt == nil || isDue { leadership.commitNoticeAt = now + limits.commitNoticeAfter }
    }

    /// Has the followers told at once what is committed: more than time depends on it (rule 32).
    package mutating func hurryCommit(now: Instant) {
        guard role == .leader else { return }
        leadership.commitNoticeAt = now
        leadership.hasWork = true
    }

    private func owesCommit(to progress: Progress) -> Bool {
        guard progress.state == .replicate, !progress.isSilent, progress.pausedUntil == nil else { return false }
        return progress.next > log.lastIndex && progress.toldCommit < commitIndex
    }

    /// Asks the host for entries that are no longer in memory; one request per follower.
    private mutating func load(for position: Int) {
        let progress = leadership.progress[position]
        leadership.progress[position].loadingFrom = progress.next
        ready.loads.append(
            Ready.Load(
                follower: progress.member.replica, from: progress.next, through: log.cachedFirst.previous,
                byteLimit: limits.appendBytesMax))
    }

    /// The answer to `Ready.loads`: entries from the index asked for on. Empty when they could not be read; they are
    /// asked for again later.
    package mutating func loaded(follower: ReplicaID, entries: [Entry<Payload>], now: Instant) {
        guard let position = leadership.index(of: follower), let from = leadership.progress[position].loadingFrom
        else { return }
        defer { checkInvariants() }
        leadership.progress[position].loadingFrom = nil
        leadership.hasWork = true
        guard isOwn(entries, from: from) else {
            leadership.progress[position].pausedUntil = now + limits.resendAfter
            return
        }
        let progress = leadership.progress[position]
        // The follower may have gone on, or back, while the disk was read.
        guard progress.state == .replicate, progress.next == from, progress.canSend(limits) else { return }
        // The log may have been truncated meanwhile.
        guard log.term(at: from.previous) != nil else { return }
        sendAppend(to: position, entries: entries, now: now)
    }

    private func isOwn(_ entries: [Entry<Payload>], from: LogIndex) -> Bool {
        var expected = from
        for entry in entries {
            guard entry.index == expected, log.term(at: entry.index) == entry.term else { return false }
            expected = expected.next
        }
        return !entries.isEmpty
    }

    /// What every member, learners included, holds durably. A member that has acknowledged nothing counts as zero.
    private mutating func updateReplicatedEverywhere() {
        let least = leadership.progress.map(\.match).min() ?? log.lastIndex
        replicatedEverywhere = min(least, durability.persistedIndex, commitIndex)
    }

    mutating func sendHeartbeat(to position: Int, round: UInt64, now: Instant) {
        let progress = leadership.progress[position]
        let heartbeat = Heartbeat(
            term: term, commit: min(commitIndex, progress.match), round: round,
            replicatedEverywhere: replicatedEverywhere, sentAt: now)
        ready.messages.append(Ready.Outgoing(to: progress.member, message: .heartbeat(heartbeat)))
    }
}
