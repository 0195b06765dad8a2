import Raft

/// Performing effects, and what must hold whenever one is performed.
extension RandomCluster {
    mutating func persist(_ node: Int) {
        let request = nodes[node].pending.removeFirst()
        write(request, on: node)
        nodes[node].group.persisted(request.token, now: now(node), neighbours: nodes[node].neighbours)
        checkCommit(of: node)
    }

    /// I8: on disk the term never decreases, and a term has one vote.
    mutating func write(_ request: Ready<TestPayload>.Persist, on node: Int) {
        nodes[node].disk.write(request)
        checkOneChange(on: node)
        guard let hardState = request.hardState else { return }
        if hardState.term < diskTerms[node] { fail("the term of \(node + 1) went back on disk") }
        diskTerms[node] = hardState.term
        guard let vote = hardState.vote else { return }
        let key = "\(node) \(hardState.term)"
        if let earlier = votes[key], earlier != vote { fail("\(node + 1) voted twice in term \(hardState.term)") }
        votes[key] = vote
    }

    mutating func take(_ node: Int) {
        guard nodes[node].isUp, nodes[node].group.hasReady else { return }
        let wasLeader = nodes[node].group.role == .leader
        let ready = nodes[node].group.takeReady(now: now(node))
        if let persist = ready.persist { nodes[node].pending.append(persist) }
        note(ready, of: node)
        if wasLeader, ready.leadershipChanged { noteLeader(node) }
        for outgoing in ready.messages {
            checkDurable(outgoing.message, from: node, to: outgoing.to.replica)
            send(.message(outgoing.message), from: node, to: Int(outgoing.to.replica.rawValue) - 1)
        }
        commit(ready.committed, on: node)
        answerReads(ready, of: node)
        for load in ready.loads { answer(load, of: node) }
        for request in ready.snapshots { sendSnapshot(request, from: node) }
        for stranger in ready.strangers { answer(stranger, from: node) }
    }

    private mutating func note(_ ready: Ready<TestPayload>, of node: Int) {
        if let gone = ready.leftLeader {
            left[node].append(Notice(to: Int(gone.leader.replica.rawValue) - 1, term: gone.term))
        }
        if let term = ready.resignedTerm {
            for other in nodes.indices where other != node { resigned[node].append(Notice(to: other, term: term)) }
        }
    }

    /// I1: one leader a term. I4: it has every committed entry.
    private mutating func noteLeader(_ node: Int) {
        let group = nodes[node].group
        if let other = leaders[group.term], other != group.member.replica { fail("two leaders in term \(group.term)") }
        if leaders[group.term] == nil {
            statistics.elections += 1
            checkElection(of: node)
        }
        leaders[group.term] = group.member.replica
        // Late votes may elect a leader whose term is long over; it owes only what earlier terms committed.
        for index in committed.indices.dropFirst() where committedBy[index] < group.term {
            let position = LogIndex(UInt64(index))
            if position > group.lastIndex { fail("leader \(node + 1) of term \(group.term) ends before \(index)") }
            let term = group.termAt(position)
            if let term, !committed[index].hasPrefix("\(index)@\(term)") {
                fail("leader \(node + 1) of term \(group.term) lacks \(committed[index])")
            }
        }
    }

    /// I5: the same entry at an index everywhere. I6: commit never goes back while a process runs.
    private mutating func commit(_ entries: [TestEntry], on node: Int) {
        let group = nodes[node].group
        if group.commitIndex < commits[node] { fail("the commit index of \(node + 1) went back") }
        commits[node] = group.commitIndex
        for entry in entries {
            let index = Int(entry.index.rawValue)
            if index < committed.count {
                if committed[index] != entry.summary {
                    fail("\(node + 1) applies \(entry.summary), not \(committed[index])")
                }
            } else if index == committed.count {
                noteCommitted(entry)
                committed.append(entry.summary)
                committedBy.append(group.term)
                statistics.commits += 1
            } else {
                fail("\(node + 1) applies \(entry.summary) too early")
            }
            if entry.index != nodes[node].disk.applied.index.next { fail("\(node + 1) skips to \(entry.index)") }
            if nodes[node].disk.entry(at: entry.index)?.summary != entry.summary {
                fail("\(node + 1) applies \(entry.summary), which its disk does not hold")
            }
            nodes[node].disk.apply(entry)
            if index < configurationAt.count, nodes[node].disk.configuration != configurationAt[index] {
                fail("\(node + 1) has another configuration at \(index)")
            }
        }
        nodes[node].group.applied(nodes[node].disk.applied.index, now: now(node))
        if nodes[node].group.appliedConfiguration != nodes[node].disk.configuration {
            fail("\(node + 1) and its state have different configurations")
        }
    }

    /// I9: what a message says is on disk.
    private mutating func checkDurable(_ message: TestMessage, from node: Int, to: ReplicaID) {
        let disk = nodes[node].disk
        switch message {
        case .append(let append): if disk.hardState.term < append.term { fail("an append of a term not on disk") }
        case .appendReply(let reply):
            if disk.hardState.term < reply.term { fail("a reply of a term not on disk") }
            guard case .accepted(let match) = reply.outcome, match > max(disk.truncated.index, disk.base.index)
            else { return }
            let term = nodes[node].group.termAt(match)
            guard let entry = disk.entry(at: match), term == nil || entry.term == term else {
                return fail("\(node + 1) accepts \(match), which is not on its disk")
            }
        case .voteRequest(let request):
            if request.isPreVote { return }
            if disk.hardState.term < request.term || disk.hardState.vote != nodes[node].member.replica {
                fail("a vote request before the own vote is on disk")
            }
        case .voteReply(let reply):
            if !reply.isGranted || reply.isPreVote { return }
            if disk.hardState.term != reply.term || disk.hardState.vote != to { fail("a vote that is not on disk") }
        case .heartbeat, .heartbeatReply, .timeoutNow:
            if disk.hardState.term < message.term { fail("a message of a term not on disk") }
        }
    }

    // MARK: reads

    /// The greatest index any replica knows to be committed: an acknowledged write lies at or below it.
    private var globalCommit: LogIndex {
        let known = nodes.filter(\.isUp).map(\.group.commitIndex).max() ?? .zero
        return max(known, LogIndex(UInt64(committed.count - 1)))
    }

    mutating func read(_ node: Int) {
        readCount += 1
        switch nodes[node].read(ReadID(readCount), now: now(node)) {
        case .serve(let index):
            statistics.leaseReads += 1
            if index < globalCommit {
                fail("\(node + 1) serves a read by lease at \(index), \(globalCommit) is committed; \(summary)")
            }
        case .waiting: openReads[readCount] = (node, globalCommit)
        case .notLeader: break
        }
    }

    /// I27, I36: whoever holds a lease would serve everything that is committed anywhere.
    mutating func checkLeases() {
        for node in nodes.indices where nodes[node].isUp && nodes[node].group.role == .leader {
            var copy = nodes[node]
            guard case .serve(let index) = copy.read(ReadID(0), now: now(node)), index < globalCommit else { continue }
            fail("\(node + 1) holds a lease and would serve \(index), \(globalCommit) is committed; \(summary)")
        }
    }

    private mutating func answerReads(_ ready: Ready<TestPayload>, of node: Int) {
        for read in ready.reads {
            statistics.roundReads += 1
            guard let open = openReads.removeValue(forKey: read.id.rawValue) else {
                fail("a read was answered twice")
                return
            }
            if read.index < open.floor { fail("\(node + 1) confirms a read at \(read.index), not \(open.floor)") }
        }
        for read in ready.failedReads where openReads.removeValue(forKey: read.rawValue) == nil {
            fail("a read was answered twice")
        }
    }

    private mutating func answer(_ load: Ready<TestPayload>.Load, of node: Int) {
        let entries = nodes[node].disk.entries.filter { $0.index >= load.from && $0.index <= load.through }
        nodes[node].group.loaded(
            follower: load.follower, entries: random.chance(10) ? [] : Array(entries.prefix(3)), now: now(node))
    }

    /// I3: logs agree up to every shared position.
    mutating func checkLogs() {
        for a in nodes {
            for b in nodes where a.member < b.member {
                let shared = a.disk.entries.filter { entry in b.disk.entry(at: entry.index)?.term == entry.term }
                guard let last = shared.map(\.index).max() else { continue }
                for entry in a.disk.entries where entry.index <= last {
                    guard let other = b.disk.entry(at: entry.index) else { continue }
                    if other.summary != entry.summary { fail("logs part at \(entry.index) below \(last)") }
                }
            }
        }
    }
}
