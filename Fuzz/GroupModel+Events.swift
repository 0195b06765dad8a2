import Raft

extension GroupModel {
    /// The next event of the program.
    mutating func perform(_ program: inout Program) {
        let choice = program.choice(32)
        switch choice {
        case 0...6:
            let from = sender(&program)
            group.step(message(choice, &program), from: from, now: now, neighbours: neighbours)
        case 7: tick(&program)
        case 8: takeReady()
        case 9: persisted(program.choice(4))
        case 10: applied(index(near: group.appliedIndex, &program))
        case 11...14: ask(choice, &program)
        case 15: load(&program)
        case 16: truncate(index(near: group.appliedIndex, &program))
        case 17: group.shrinkCache(to: Int(program.byte()))
        case 18...23: hear(choice, &program)
        case 24: restart(keeping: program.choice(4))
        case 25...28: answer(program.choice(16))
        case 29...30: settle()
        default:
            let token = PersistToken(
                term: term(&program), lastIndex: index(near: group.lastIndex, &program), lastTerm: term(&program),
                sequence: program.number(near: 1))
            // Nobody asked for it, so it counts for nothing, even if it looks like one that somebody asked for.
            if token.lastIndex > group.lastIndex { group.persisted(token, now: now, neighbours: neighbours) }
        }
    }

    private mutating func tick(_ program: inout Program) {
        let pause = program.byte()
        now = now + .milliseconds(pause < 250 ? Int64(pause) : Int64(pause - 249) * 1_000)
        group.tick(now: now, neighbours: neighbours)
    }

    private mutating func ask(_ choice: Int, _ program: inout Program) {
        switch choice {
        case 11:
            let next = group.nextProposal
            let payload = FuzzPayload(byteCount: program.choice(256))
            guard let index = try? group.propose(payload, now: now) else { return }
            Check.that(index == next?.index, "a proposal does not stand where it was announced")
        case 12:
            _ = try? group.propose(
                configuration: configuration(&program), now: now, neighbours: neighbours)
        case 13:
            reads += 1
            _ = group.read(ReadID(reads), now: now, neighbours: neighbours)
        default:
            try? group.transferLeadership(
                to: ReplicaID(program.number(near: 1)), id: TransferID(program.number(near: 1)), now: now)
        }
    }

    private mutating func load(_ program: inout Program) {
        let load = loads.popLast()
        let follower = load?.follower ?? ReplicaID(program.number(near: 1))
        let first = program.flag() ? load?.from ?? .zero : index(near: group.truncatedIndex, &program)
        var entries: [Entry<FuzzPayload>] = []
        for position in 0..<program.choice(6) {
            let index = first.advanced(by: UInt64(position))
            let term = group.termAt(index) ?? term(&program)
            entries.append(Entry(index: index, term: term, content: .empty))
        }
        group.loaded(follower: follower, entries: entries, now: now)
    }

    private mutating func hear(_ choice: Int, _ program: inout Program) {
        let other = sender(&program)
        switch choice {
        case 18: group.peerRestarted(other.node, now: now, neighbours: neighbours)
        case 19: group.peerConnected(other.node, now: now)
        case 20: group.followerLeft(other.replica, term: term(&program))
        case 21: group.leaderResigned(other.replica, term: term(&program), now: now)
        case 22: group.markDiskFull(program.flag())
        default:
            var liveness = neighbours[other.node]
            let shape = program.byte()
            if shape & 1 != 0 { liveness.heardAt = now }
            if shape & 2 != 0 { liveness.answeredSentAt = now }
            if shape & 4 != 0 { liveness.closedAt = now }
            if shape & 8 != 0 { neighbours.leaseFloor = now }
            neighbours.byNode[other.node] = liveness
        }
    }
}
