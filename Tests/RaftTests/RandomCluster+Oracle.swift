import Raft

/// I11–I15 by an arithmetic of its own: majorities are counted over disks, and configurations are read from entries.
extension RandomCluster {
    /// The newest configuration in the log of `node`, from what was written and what is on its way to the disk.
    private func configurationInForce(at node: Int) -> Configuration {
        var newest = nodes[node].disk.configuration
        var log = nodes[node].disk.entries
        for request in nodes[node].pending {
            if let base = request.base { log.removeAll { base.dropsLog || $0.index <= base.position.index } }
            guard let first = request.entries.first else { continue }
            log.removeAll { $0.index >= first.index }
            log += request.entries
        }
        for entry in log where entry.index > nodes[node].disk.applied.index {
            if case .configuration(let configuration) = entry.content { newest = configuration }
        }
        return newest
    }

    /// More than half of each half.
    private func isQuorum(of configuration: Configuration, _ agrees: (Member) -> Bool) -> Bool {
        [configuration.voters, configuration.outgoing].allSatisfy { half in
            half.isEmpty || half.count(where: agrees) * 2 > half.count
        }
    }

    /// I11: when a leader says that an entry is committed, a quorum has it on disk. Called right after whatever may
    /// have moved the commit index, before another configuration can be in force.
    mutating func checkCommit(of node: Int) {
        let group = nodes[node].group
        guard group.role == .leader else { return ledCommits[node] = .zero }
        let index = group.commitIndex
        guard index > ledCommits[node] else { return }
        ledCommits[node] = index
        guard let term = group.termAt(index), term == group.term else { return }
        let configuration = configurationInForce(at: node)
        let isHeld = isQuorum(of: configuration) { holds(index, term, $0) }
        if !isHeld { fail("\(node + 1) commits \(index)@\(term) without a quorum of {\(configuration.summary)}") }
    }

    private func holds(_ index: LogIndex, _ term: Term, _ member: Member) -> Bool {
        let disk = nodes[Int(member.replica.rawValue) - 1].disk
        if max(disk.truncated.index, disk.base.index) >= index { return true }
        return disk.entry(at: index)?.term == term
    }

    /// I11: a leader has the votes of a quorum, each on its voter's disk.
    mutating func checkElection(of node: Int) {
        let group = nodes[node].group
        // Its own first entry is no configuration, so this is what it campaigned under.
        let configuration = configurationInForce(at: node)
        let isElected = isQuorum(of: configuration) { voter in
            votes["\(voter.replica.rawValue - 1) \(group.term)"] == group.member.replica
        }
        if !isElected { fail("\(node + 1) leads term \(group.term) without a quorum of {\(configuration.summary)}") }
    }

    /// I12: beyond what is committed a log has one configuration at most.
    mutating func checkOneChange(on node: Int) {
        let floor = LogIndex(UInt64(committed.count - 1))
        let open = nodes[node].disk.entries.count { entry in
            guard entry.index > floor, case .configuration = entry.content else { return false }
            return true
        }
        if open > 1 { fail("\(node + 1) has \(open) configurations beyond \(floor)") }
    }

    /// I13: no quorum of a committed configuration misses a quorum of the next.
    mutating func noteCommitted(_ entry: TestEntry) {
        let previous = configurationAt[configurationAt.count - 1]
        guard case .configuration(let next) = entry.content else { return configurationAt.append(previous) }
        configurationAt.append(next)
        if next.isJoint { statistics.joints += 1 }
        if previous.isJoint { statistics.leaves += 1 }
        let everybody = Array(Set(previous.members + next.members)).sorted()
        for subset in 0..<(1 << everybody.count) {
            let chosen = everybody.indices.filter { subset >> $0 & 1 == 1 }.map { everybody[$0] }
            let isOldQuorum = isQuorum(of: previous) { chosen.contains($0) }
            let isNewQuorum = isQuorum(of: next) { !chosen.contains($0) }
            guard isOldQuorum, isNewQuorum else { continue }
            return fail("{\(previous.summary)} and {\(next.summary)} have quorums that do not meet")
        }
    }

    /// I14, I15: a snapshot is the committed prefix with its configuration, and the log goes on right after it.
    mutating func checkInstalled(_ snapshot: SnapshotMetadata, on node: Int) {
        let position = snapshot.position
        let index = Int(position.index.rawValue)
        guard index < committed.count, committed[index].hasPrefix("\(position.index)@\(position.term)") else {
            return fail("\(node + 1) installs \(position.index)@\(position.term), which is not committed")
        }
        if configurationAt[index] != snapshot.configuration { fail("a snapshot with another configuration") }
        let group = nodes[node].group
        if group.appliedConfiguration != configurationAt[index] { fail("\(node + 1) ignores the configuration") }
        let isJoined = group.truncatedIndex == position.index && group.appliedIndex == position.index
        if !isJoined || group.commitIndex < position.index || group.lastIndex < group.commitIndex {
            fail("\(node + 1) stands at \(group.appliedIndex) after a snapshot at \(position.index)")
        }
    }
}
