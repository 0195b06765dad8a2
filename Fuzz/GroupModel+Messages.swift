import Raft

/// Messages with any content, mostly near what a peer of this replica would say.
extension GroupModel {
    func sender(_ program: inout Program) -> Member {
        let number = program.choice(8)
        let member = Member.fuzz(number)
        // A replica that says it lives on another node than everybody knows.
        return number == 7 ? Member(replica: ReplicaID(program.number(near: 2)), node: NodeID(2)) : member
    }

    func term(_ program: inout Program) -> Term { Term(program.number(near: group.term.rawValue)) }

    func index(near base: LogIndex, _ program: inout Program) -> LogIndex {
        LogIndex(program.number(near: base.rawValue))
    }

    func message(_ kind: Int, _ program: inout Program) -> Message<FuzzPayload> {
        switch kind {
        case 0: return .append(append(&program))
        case 1: return .appendReply(appendReply(&program))
        case 2:
            let shape = program.byte()
            return .voteRequest(
                VoteRequest(
                    term: term(&program), isPreVote: shape & 1 != 0, lastIndex: index(near: group.lastIndex, &program),
                    lastTerm: term(&program), transfer: shape & 2 != 0 ? TransferID(program.number(near: 1)) : nil))
        case 3:
            let shape = program.byte()
            return .voteReply(VoteReply(term: term(&program), isPreVote: shape & 1 != 0, isGranted: shape & 2 != 0))
        case 4:
            return .heartbeat(
                Heartbeat(
                    term: term(&program), commit: index(near: group.lastIndex, &program),
                    round: program.number(near: 0), replicatedEverywhere: index(near: group.commitIndex, &program),
                    sentAt: instant(&program)))
        case 5:
            return .heartbeatReply(
                HeartbeatReply(term: term(&program), round: program.number(near: 0), sentAt: instant(&program)))
        default:
            return .timeoutNow(TimeoutNow(term: term(&program), transfer: TransferID(program.number(near: 1))))
        }
    }

    private func append(_ program: inout Program) -> Append<FuzzPayload> {
        let term = term(&program)
        let previous = index(near: group.lastIndex, &program)
        let previousTerm = program.flag() ? self.term(&program) : group.termAt(previous) ?? .zero
        var entries: [Entry<FuzzPayload>] = []
        var entryTerm = previousTerm
        for position in 0..<program.choice(6) {
            switch program.choice(8) {
            case 0..<3: break
            case 3..<5: entryTerm = min(term, entryTerm.next)
            case 5..<7: entryTerm = term
            default: entryTerm = self.term(&program)
            }
            let index = previous.advanced(by: UInt64(position) + 1)
            entries.append(Entry(index: index, term: entryTerm, content: content(&program)))
        }
        if program.choice(16) == 15, let last = entries.indices.last {
            entries[last].index = index(near: previous, &program)
        }
        return Append(
            term: term, previousIndex: previous, previousTerm: previousTerm, entries: entries,
            commit: index(near: group.lastIndex, &program), replicatedEverywhere: index(near: previous, &program),
            sentAt: instant(&program))
    }

    private func content(_ program: inout Program) -> Entry<FuzzPayload>.Content {
        switch program.choice(4) {
        case 0: .empty
        case 1: .configuration(configuration(&program))
        default: .payload(FuzzPayload(byteCount: program.choice(256)))
        }
    }

    private func appendReply(_ program: inout Program) -> AppendReply {
        let term = term(&program)
        let outcome: AppendReply.Outcome
        switch program.choice(4) {
        case 0, 1: outcome = .accepted(match: index(near: group.lastIndex, &program))
        case 2:
            outcome = .rejected(
                rejected: index(near: group.lastIndex, &program), hintIndex: index(near: group.lastIndex, &program),
                hintTerm: self.term(&program))
        default: outcome = .diskFull
        }
        return AppendReply(term: term, outcome: outcome, sentAt: instant(&program))
    }

    private func instant(_ program: inout Program) -> Instant {
        let choice = program.byte()
        guard choice < 250 else { return Instant(nanoseconds: Int64(bitPattern: program.number(near: 0))) }
        return Instant(nanoseconds: now.nanoseconds - Int64(choice / 8) * 1_000_000)
    }

    /// Any configuration that the wire lets through: a voter, and no replica twice in one list.
    func configuration(_ program: inout Program) -> Configuration {
        var voters = members(&program)
        if voters.isEmpty { voters = [.fuzz(program.choice(6) + 1)] }
        let shape = program.byte()
        return Configuration(
            voters: voters, outgoing: shape & 1 != 0 ? members(&program) : [],
            learners: shape & 2 != 0 ? members(&program) : [])
    }

    private func members(_ program: inout Program) -> [Member] {
        let chosen = program.byte()
        var members = (1...6).filter { chosen & 1 << UInt8($0) != 0 }.map { Member.fuzz($0) }
        // Somebody else's node for a replica that is known.
        if chosen & 1 != 0, !members.isEmpty { members[0].node = NodeID(6) }
        return members
    }
}
