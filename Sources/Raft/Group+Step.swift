extension Group {
    /// Handles a message of another replica of this group. `from` is the sender as the connection proves it, `now` is
    /// read after the message arrived.
    package mutating func step(
        _ message: Message<Payload>, from: Member, now: Instant, neighbours: Neighbourhood
    ) {
        guard message.term < Term.limit, from.replica != member.replica else { return }
        defer { checkInvariants() }
        noteStranger(from, message)
        switch message {
        case .append(let append): handle(append, from: from, now: now, neighbours: neighbours)
        case .heartbeat(let heartbeat): handle(heartbeat, from: from, now: now, neighbours: neighbours)
        case .voteRequest(let request): handle(request, from: from, now: now, neighbours: neighbours)
        case .voteReply(let reply): handle(reply, from: from, now: now, neighbours: neighbours)
        case .appendReply(let reply): handle(reply, from: from, now: now, neighbours: neighbours)
        case .heartbeatReply(let reply): handle(reply, from: from, now: now, neighbours: neighbours)
        case .timeoutNow(let request): handle(request, from: from, now: now, neighbours: neighbours)
        }
        updateCampaignTime(now: now, neighbours: neighbours)
    }

    /// Rule 29: a replica that no configuration known here contains hears so. It is answered all the same, because it
    /// may know better: a leader of this or a later term does, and is not told anything.
    private mutating func noteStranger(_ from: Member, _ message: Message<Payload>) {
        guard !configurations.contains(from), appliedConfiguration.member(member.replica) == member else { return }
        if message.isLeaders, message.term >= term { return }
        noteStranger(from)
    }

    private mutating func noteStranger(_ stranger: Member) {
        if !ready.strangers.contains(stranger) { ready.strangers.append(stranger) }
    }

    /// Sends a message as soon as term and vote, and the log up to `index`, are durable: at once if they are.
    mutating func send(_ message: Message<Payload>, to target: Member, durableThrough index: LogIndex = .zero) {
        let outgoing = Ready<Payload>.Outgoing(to: target, message: message)
        if isDurable(through: index) || isPlantedEarly(message) {
            ready.messages.append(outgoing)
        } else {
            withheld.append(Withheld(outgoing: outgoing, index: index))
        }
    }

    private func isPlantedEarly(_ message: Message<Payload>) -> Bool {
        switch message {
        case .appendReply: isPlanted(.acknowledgedBeforeSync)
        case .voteReply: isPlanted(.votedBeforePersisted)
        default: false
        }
    }

    private func isDurable(through index: LogIndex) -> Bool {
        durability.isHardStateDurable && durability.persistedIndex >= index
    }

    /// The request that `token` names, and all earlier ones, are durable.
    package mutating func persisted(_ token: PersistToken, now: Instant, neighbours: Neighbourhood) {
        guard durability.complete(token) else { return }
        defer { checkInvariants() }
        durabilityGrew(now: now, neighbours: neighbours)
    }

    /// The disk holds more: what waited for that leaves, is counted, or is handed out.
    mutating func durabilityGrew(now: Instant, neighbours: Neighbourhood) {
        let waiting = withheld
        withheld.removeAll()
        for message in waiting {
            send(message.outgoing.message, to: message.outgoing.to, durableThrough: message.index)
        }
        switch role {
        case .candidate: countOwnVote(now: now, neighbours: neighbours)
        case .leader:
            advanceCommit(now: now)
            // Entries were appended but not yet known to be durable everywhere: the notice may be due now.
            leadership.hasWork = true
        case .follower, .preCandidate: break
        }
        updateCampaignTime(now: now, neighbours: neighbours)
    }

    /// Term and vote may not be durable, although the group was restored with them: nothing leaves before they are.
    package mutating func rewriteHardState() {
        durability.noteHardStateChange()
    }

    /// The applier has written everything up to `index`.
    package mutating func applied(_ index: LogIndex, now: Instant) {
        appliedIndex = max(appliedIndex, min(index, handedOut))
        let removed = configurations.apply(through: appliedIndex)
        // A removed replica gets no more of the log, so it may never find out by itself: as long as the leader's node
        // speaks for the leader, it does not even ask.
        for replica in removed where appliedConfiguration.member(member.replica) == member { noteStranger(replica) }
    }
}
