import Raft

/// What moves messages, disks and requests in a story.
extension Story {
    mutating func propose(_ number: UInt64, _ text: String) throws {
        do throws(ProposeError) {
            let index = try nodes[number]?.group.propose(TestPayload(text: text), now: now)
            say("\(number): \(text) at \(index ?? .zero)")
        } catch {
            say("\(number): \(text) refused, \(Self.describe(error))")
        }
    }

    mutating func configure(_ words: [String]) throws {
        let number = try self.number(words)
        var lists: [String: [UInt64]] = [:]
        var name = ""
        for word in words.dropFirst() {
            if let replica = UInt64(word) { lists[name, default: []].append(replica) } else { name = word }
        }
        let next = Configuration(
            voters: members(lists["voters"] ?? []), outgoing: members(lists["outgoing"] ?? []),
            learners: members(lists["learners"] ?? []))
        for member in next.members where nodes[member.replica.rawValue] == nil {
            let disk = TestDisk(configuration: Configuration(voters: members([1, 2, 3])))
            nodes[member.replica.rawValue] = TestNode(
                member: member, disk: disk, limits: limits, seed: member.replica.rawValue, now: now)
        }
        do throws(ProposeError) {
            let index = try nodes[number]?.propose(next, now: now)
            say("\(number): {\(next.summary)} at \(index ?? .zero)")
        } catch {
            say("\(number): {\(next.summary)} refused, \(Self.describe(error))")
        }
        take(number)
    }

    mutating func transfer(_ words: [String]) throws {
        let number = try self.number(words)
        let target = try self.number(words, at: 1)
        transfers += 1
        do throws(TransferError) {
            try nodes[number]?.group.transferLeadership(
                to: ReplicaID(target), id: TransferID(transfers), now: now)
        } catch {
            say("\(number): transfer refused, \(error)")
        }
        take(number)
    }

    mutating func read(_ number: UInt64) {
        reads += 1
        let outcome = nodes[number]?.read(ReadID(reads), now: now)
        switch outcome {
        case .serve(let index): say("\(number): read \(reads) served at \(index)")
        case .waiting: say("\(number): read \(reads) waits")
        case .notLeader(let hint): say("\(number): read \(reads) not leader, ask \(Self.name(hint))")
        case nil: break
        }
        take(number)
    }

    mutating func persist(_ number: UInt64, onlyFirst: Bool) throws {
        guard let count = nodes[number]?.pending.count, count > 0 else { return say("\(number): nothing to write") }
        for _ in 0..<(onlyFirst ? 1 : count) { nodes[number]?.persistOne(now: now) }
        take(number)
    }

    mutating func deliver(only link: String?) {
        let batch = network.filter { link == nil || link == "\($0.from)->\($0.to)" }
        network.removeAll { link == nil || link == "\($0.from)->\($0.to)" }
        for packet in batch { hand(packet.message, from: packet.from, to: packet.to) }
        for number in order { take(number) }
    }

    mutating func drop(only link: String?) {
        network.removeAll { link == nil || link == "\($0.from)->\($0.to)" }
    }

    mutating func resend(_ words: [String]) throws {
        try handAgain(lastDelivered[words.joined()], words)
    }

    mutating func replay(_ words: [String]) throws {
        try handAgain(recorded, words)
    }

    private mutating func handAgain(_ message: TestMessage?, _ words: [String]) throws {
        let ends = words.joined().split(separator: ">").compactMap { UInt64($0.filter(\.isNumber)) }
        guard ends.count == 2, let message else { throw Failure(text: "nothing to repeat") }
        say("\(ends[0])→\(ends[1]) again: \(Self.describe(message))")
        hand(message, from: ends[0], to: ends[1])
        take(ends[1])
    }

    private mutating func hand(_ message: TestMessage, from: UInt64, to: UInt64) {
        guard isConnected(from, to) else { return }
        lastDelivered["\(from)->\(to)"] = message
        nodes[to]?.step(message, from: member(from), now: now)
    }

    /// Everything that needs no time.
    mutating func settle() {
        for _ in 0..<1_000 {
            let isIdle = network.isEmpty && loads.isEmpty && order.allSatisfy { !hasWork($0) }
            if isIdle { return }
            for number in order where nodes[number]?.isUp == true {
                while hasWork(number) { nodes[number]?.persistOne(now: now) }
                take(number)
            }
            answerLoads()
            deliver(only: nil)
        }
        say("never settles")
    }

    private func hasWork(_ number: UInt64) -> Bool {
        nodes[number]?.isUp == true && !held.contains(number) && nodes[number]?.pending.isEmpty == false
    }

    private mutating func answerLoads() {
        let asked = loads
        loads = []
        for (number, load) in asked {
            let stored = nodes[number]?.disk.entries ?? []
            let entries = stored.filter { $0.index >= load.from && $0.index <= load.through }
            nodes[number]?.group.loaded(follower: load.follower, entries: entries, now: now)
            take(number)
        }
    }

    mutating func carryNotices() {
        let carried = notices.filter { isConnected($0.from, $0.to) }
        notices = notices.filter { !isConnected($0.from, $0.to) }
        for (from, to, notice) in carried {
            switch notice {
            case .left(let term): nodes[to]?.group.followerLeft(ReplicaID(from), term: term)
            case .resigned(let term): nodes[to]?.group.leaderResigned(ReplicaID(from), term: term, now: now)
            }
            take(to)
        }
    }

    mutating func truncate(_ number: UInt64) {
        guard let index = nodes[number]?.group.truncatable else { return }
        nodes[number]?.group.truncate(through: index)
        nodes[number]?.disk.truncate(through: index)
        say("\(number): truncated through \(index)")
    }

    // MARK: effects

    /// Takes and performs the effects of one node.
    mutating func take(_ number: UInt64) {
        guard var node = nodes[number], node.isUp, node.group.hasReady else { return }
        let ready = node.group.takeReady(now: now)
        if ready.leadershipChanged {
            say("\(number): \(node.group.role), term \(node.group.term), leader \(Self.name(node.group.leader))")
        }
        if let left = ready.leftLeader {
            say("\(number): left leader \(left.leader.replica) of term \(left.term)")
            notices.append((number, left.leader.node.rawValue, .left(left.term)))
        }
        if let term = ready.resignedTerm {
            say("\(number): resigned term \(term)")
            for other in order where other != number { notices.append((number, other, .resigned(term))) }
        }
        if let persist = ready.persist {
            say("\(number): writes \(Self.describe(persist))")
            node.pending.append(persist)
        }
        for outgoing in ready.messages {
            let to = outgoing.to.node.rawValue
            say("\(number)→\(to): \(Self.describe(outgoing.message))")
            if !cut.contains("\(number)->\(to)") { network.append((number, to, outgoing.message)) }
        }
        for read in ready.reads { say("\(number): read \(read.id.rawValue) confirmed at \(read.index)") }
        for read in ready.failedReads { say("\(number): read \(read.rawValue) failed") }
        for load in ready.loads {
            say("\(number): loads \(load.from)…\(load.through) for \(load.follower)")
            loads.append((number, load))
        }
        for stranger in ready.strangers { say("\(number): \(stranger.replica) is a stranger") }
        for request in ready.snapshots {
            say("\(number): \(request.follower.replica) needs a snapshot at \(request.atLeast) or later")
        }
        if let last = ready.committed.last {
            say("\(number): applies \(ready.committed.map(\.summary).joined(separator: ", "))")
            for entry in ready.committed { node.disk.apply(entry) }
            node.group.applied(last.index, now: now)
        }
        nodes[number] = node
        take(number)
    }
}
