/// Changes of members: learner → caught up → joint → leave (dissertation §4, rules 27 and 28).
extension Group {
    /// Appends a configuration, which is in force at once (dissertation §4.1, rule 27). It must be allowed after
    /// the one in force; nothing is allowed while one waits to be applied, or before an entry of this term is. New
    /// voters are learners that have caught up, and a quorum of the incoming voters was heard (rule 28).
    ///
    /// The leave of a joint configuration needs no proposal: the leader appends it itself.
    package mutating func propose(
        configuration next: Configuration, now: Instant, neighbours: Neighbourhood
    ) throws(ProposeError) -> LogIndex {
        defer { checkInvariants() }
        try checkProposable(next, now: now, neighbours: neighbours)
        return appendConfiguration(next)
    }

    /// Throws what `propose(configuration:)` would throw now.
    package func checkProposable(
        _ next: Configuration, now: Instant, neighbours: Neighbourhood
    ) throws(ProposeError) {
        try checkProposable()
        guard !configurations.hasUnapplied || isPlanted(.secondChangeAllowed) else { throw .configurationPending }
        // Raft-dev, "bug in single-server membership changes": two leaders could commit disjoint changes.
        guard appliedIndex >= leadership.firstIndex else { throw .nothingAppliedInTerm }
        guard configuration.allows(next) else { throw .configurationNotAllowed }
        // Whoever is in a joint configuration must get out of it, whatever the weather.
        guard !configuration.isJoint else { return }
        for voter in next.voters where !configuration.isVoter(voter.replica) {
            guard isCaughtUp(voter.replica, now: now) || isPlanted(.promotedTooEarly) else { throw .notCaughtUp(voter) }
        }
        guard next.voters == configuration.voters || canEnterJoint(next, now: now, neighbours: neighbours) else {
            throw .incomingUnreachable
        }
    }

    /// Whether `learner` may be promoted: it holds durably what was committed one promise ago (rule 28), and what
    /// earlier terms left, of which a new leader does not know at once how much is committed. False in a leadership
    /// younger than that, unless it holds all that is committed.
    package func isCaughtUp(_ learner: ReplicaID, now: Instant) -> Bool {
        guard role == .leader, let position = leadership.index(of: learner) else { return false }
        let progress = leadership.progress[position]
        guard progress.state == .replicate, !progress.isSilent, !progress.hasLeft else { return false }
        let start = now + Interval(nanoseconds: -limits.promise.nanoseconds)
        let wanted = max(leadership.commits.index(at: start) ?? commitIndex, leadership.firstIndex.previous)
        return progress.match >= wanted
    }

    /// Whether a quorum of the incoming half of `next` was heard within a second (rule 28). A replica that is not yet
    /// a member was never heard.
    package func canEnterJoint(_ next: Configuration, now: Instant, neighbours: Neighbourhood) -> Bool {
        guard role == .leader else { return false }
        let heardAt = Quorum.reached(by: next.voters) { answeredSentAt(by: $0, neighbours: neighbours) }
        return now < (heardAt ?? .distantPast) + limits.incomingHeardWithin
    }

    /// The joint configuration in force is committed and applied, so its leave is due. This holds for a leader that
    /// only found it in its log as well: no change of leader, at any point, leaves the shard between two halves.
    var mustLeaveJoint: Bool {
        role == .leader && configuration.isJoint && !configurations.hasUnapplied
            && appliedIndex >= leadership.firstIndex && leadership.transfer == nil
    }

    mutating func leaveJoint() {
        guard mustLeaveJoint else { return }
        appendConfiguration(configuration.leave)
    }

    @discardableResult
    private mutating func appendConfiguration(_ next: Configuration) -> LogIndex {
        let index = appendAsLeader(.configuration(next))
        adoptMembers(of: next)
        return index
    }

    /// One progress for each other member, keeping what is known of those that stay.
    private mutating func adoptMembers(of configuration: Configuration) {
        let next = log.lastIndex
        let known = leadership.progress
        leadership.progress = configuration.members.filter { $0.replica != member.replica }.map { member in
            known.first { $0.member == member } ?? Progress(member: member, next: next)
        }
    }

    /// A committed simple configuration without this replica as a voter ends its leadership (dissertation §4.2.2).
    var isRemovedLeader: Bool {
        role == .leader && !isVoter && configurations.currentIndex <= commitIndex
    }

    /// The end of a removed leader: the voter that holds the most is told to campaign at once, so that nobody waits
    /// for a promise to a replica that is gone (dissertation §3.10, rule 5). If that is lost, the others campaign in
    /// turn. Differs from the paper, where a removed leader just stops.
    mutating func leaveLeadership(now: Instant) {
        if let successor = bestSuccessor {
            let transfer = TransferID(random.next())
            send(.timeoutNow(TimeoutNow(term: term, transfer: transfer)), to: successor)
        }
        stepDown(now: now)
    }

    /// The voter with the longest log, which every other voter may elect; it holds at least what is committed.
    private var bestSuccessor: Member? {
        var best: Progress?
        for voter in configuration.voters {
            guard let position = leadership.index(of: voter.replica) else { continue }
            let progress = leadership.progress[position]
            guard progress.state == .replicate, !progress.isSilent, !progress.hasLeft else { continue }
            guard progress.match >= commitIndex, progress.match > best?.match ?? .zero else { continue }
            best = progress
        }
        return best?.member
    }
}
