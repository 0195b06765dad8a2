import Raft

/// What may happen next.
extension RandomCluster {
    mutating func step(isCalm: Bool) {
        // Some steps leave the clock alone, so that messages overtake each other within one instant.
        if random.chance(70) { time += Int64(random.below(isCalm ? 8_000_000 : 6_000_000)) }
        if !isCalm, random.chance(1) { time += Int64(random.below(300)) * 1_000_000 }
        deliverDue(isCalm: isCalm)
        for node in nodes.indices where nodes[node].isUp {
            if random.chance(isCalm ? 90 : 60) { tickIfDue(node) }
            if random.chance(isCalm ? 90 : 50), !nodes[node].pending.isEmpty { persist(node) }
            if random.chance(25) { sendFrames(node) }
            if random.chance(10) { nodes[node].tick(now: now(node)) }
            if !isCalm, random.chance(15) { act(node) }
            if isChanging, !isCalm, random.chance(6) { changeMembers(by: node) }
            finishInstall(on: node)
            endTransfers(of: node)
            take(node)
            guard failure == nil else { return }
        }
        for node in nodes.indices where presence[node] == .absent && random.chance(25) { sendFrames(node) }
        checkLeases()
        if !isCalm { disturb() }
    }

    private mutating func tickIfDue(_ node: Int) {
        guard let deadline = nodes[node].group.deadline, deadline <= now(node) else { return }
        nodes[node].tick(now: now(node))
    }

    private mutating func act(_ node: Int) {
        switch random.below(20) {
        case 0..<8:
            let text = String(repeating: "x", count: random.below(30))
            _ = try? nodes[node].group.propose(TestPayload(text: text + "\(random.next() % 1_000)"), now: now(node))
        case 8..<15: read(node)
        case 15:
            let target = ReplicaID(UInt64(random.below(nodes.count) + 1))
            try? nodes[node].group.transferLeadership(
                to: target, id: TransferID(random.next()), now: now(node))
        case 16, 17: changeMembers(by: node)
        case 18: truncate(node)
        default: nodes[node].group.shrinkCache(to: 0)
        }
    }

    /// Crashes, returns and partitions.
    private mutating func disturb() {
        let node = random.below(nodes.count)
        if nodes[node].isUp {
            if random.chance(1), random.chance(60) { crash(node) }
        } else if presence[node] == .here, random.chance(3) {
            restart(node)
        }
        if let install = installs.first, nodes[install.node].isUp, random.chance(5) { crash(install.node) }
        // A firewall cuts a connection between two nodes that are both well: a hint that is no proof (rule 3).
        if random.chance(8) {
            let other = random.below(nodes.count)
            if nodes[other].isUp, other != node { close(node, at: other) }
        }
        if random.chance(2) {
            links = []
            guard random.chance(60) else { return }
            for a in nodes.indices { for b in nodes.indices where random.chance(35) { links.insert(a * 64 + b) } }
        }
    }

    private mutating func crash(_ node: Int) {
        // A prefix of what was asked may have reached the disk.
        let survivors = random.below(nodes[node].pending.count + 1)
        for request in nodes[node].pending.prefix(survivors) { write(request, on: node) }
        interruptInstall(on: node)
        transfers.removeAll { $0.from == node }
        nodes[node].isUp = false
        for (id, read) in openReads where read.node == node { openReads[id] = nil }
        guard random.chance(50) else { return }
        for other in nodes.indices where other != node && nodes[other].isUp { close(node, at: other) }
    }

    mutating func truncate(_ node: Int) {
        let index = nodes[node].group.truncatable
        nodes[node].group.truncate(through: index)
        // On disk in the order of requests: not before what is on its way there.
        guard nodes[node].pending.isEmpty, !nodes[node].group.hasReady else { return }
        nodes[node].disk.truncate(through: index)
    }

    private mutating func close(_ peer: Int, at node: Int) {
        let id = nodes[peer].member.node
        nodes[node].neighbours.byNode[id, default: PeerLiveness()].closedAt = now(node)
        nodes[node].tick(now: now(node))
        take(node)
    }

    mutating func restart(_ node: Int) {
        statistics.restarts += 1
        do { try nodes[node].restart(now: now(node)) } catch { fail("restore: \(error)") }
        // Reported by the first frame of the new process.
        commits[node] = nodes[node].group.commitIndex
        left[node] = []
        resigned[node] = []
    }

    // MARK: network

    mutating func send(_ content: Content, from: Int, to: Int) {
        guard isLinked(from, to) else { return }
        if random.chance(lossPercent) { return }
        let copies = random.chance(5) ? 2 : 1
        for _ in 0..<copies {
            let delay = Int64(random.below(random.chance(5) ? 400_000_000 : 15_000_000))
            packets.append(
                Packet(
                    from: from, to: to, at: time + delay,
                    incarnations: (nodes[from].incarnation, nodes[to].incarnation), content: content))
        }
    }

    private var lossPercent: Int { 4 }

    private mutating func deliverDue(isCalm: Bool) {
        let due = packets.filter { $0.at <= time }
        packets.removeAll { $0.at <= time }
        for packet in due where failure == nil && presence[packet.to] == .absent { receiveAbsent(packet) }
        for packet in due where failure == nil && nodes[packet.to].isUp {
            receive(packet)
            if random.chance(60) { take(packet.to) }
        }
    }

    private mutating func receive(_ packet: Packet) {
        let (from, to) = (packet.from, packet.to)
        let now = now(to)
        // Messages of a process that is gone arrive all the same; only liveness is bound to the process.
        switch packet.content {
        case .message(let message):
            guard packet.incarnations.to == nodes[to].incarnation else { return }
            // The connection of a new process begins with its handshake.
            if isCurrent(packet) { meet(from, at: to) }
            nodes[to].step(message, from: nodes[from].member, now: now)
            checkCommit(of: to)
        case .frame(let sentAt, let resignedTerms):
            guard isCurrent(packet) else { return }
            meet(from, at: to)
            for notice in resignedTerms where notice.to == to {
                nodes[to].group.leaderResigned(nodes[from].member.replica, term: notice.term, now: now)
            }
            let id = nodes[from].member.node
            nodes[to].neighbours.byNode[id, default: PeerLiveness()].heardAt = now
            take(to)
            send(.answer(sentAt: sentAt, left: left[to].filter { $0.to == from }), from: to, to: from)
        case .answer(let sentAt, let leftTerms):
            guard isCurrent(packet) else { return }
            meet(from, at: to)
            for notice in leftTerms { nodes[to].group.followerLeft(nodes[from].member.replica, term: notice.term) }
            let id = nodes[from].member.node
            let known = nodes[to].neighbours[id].answeredSentAt
            nodes[to].neighbours.byNode[id, default: PeerLiveness()].answeredSentAt = max(known, sentAt)
        case .snapshot, .snapshotEnded, .wanted, .descriptor: receiveNews(packet)
        }
    }

    private func isCurrent(_ packet: Packet) -> Bool {
        packet.incarnations.from == nodes[packet.from].incarnation
            && packet.incarnations.to == nodes[packet.to].incarnation
            && (nodes[packet.from].isUp || presence[packet.from] == .absent)
    }

    /// The first thing heard from a new process: everything the old one promised is void.
    private mutating func meet(_ peer: Int, at node: Int) {
        let incarnation = nodes[peer].incarnation
        guard known[node * 64 + peer] != incarnation else { return }
        let isFirst = known[node * 64 + peer] == nil
        known[node * 64 + peer] = incarnation
        guard !isFirst else { return }
        nodes[node].neighbours.byNode[nodes[peer].member.node] = PeerLiveness()
        nodes[node].peerRestarted(nodes[peer].member.node, now: now(node))
    }

    private mutating func sendFrames(_ node: Int) {
        for other in nodes.indices where other != node {
            send(.frame(sentAt: now(node), resigned: resigned[node]), from: node, to: other)
        }
    }
}
