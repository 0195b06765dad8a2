internal import Keyspace
package import Raft

extension Host {
    /// Whether this replica's group has a leader that a quorum stands by, as far as this node can tell: it leads
    /// with a lease, or has heard its leader's node within an election timeout.
    package func reachesQuorum(_ replica: Replica, now: Instant) -> Bool {
        if replica.group.role == .leader {
            return replica.group.leaseExpiry(neighbours: neighbourhood) > now
        }
        guard let leader = replica.group.leader else { return false }
        return now - neighbourhood[leader.node].heardAt < limits.raft.electionTimeoutMin
    }

    /// Hands every leadership to the voter that is furthest along (rule 5); true when none is left that could go.
    package mutating func handOver(now: Instant) -> Bool {
        var isDone = true
        for slot in replicas.indices where replicas[slot].group.role == .leader && !replicas[slot].isRetired {
            guard successor(slot) != nil else { continue }
            isDone = false
            handOver(slot, now: now)
        }
        return isDone
    }

    /// The same for one.
    mutating func handOver(_ slot: Int, now: Instant) {
        guard let successor = successor(slot) else { return }
        let transfer = TransferID(boot &+ nextTransfer)
        nextTransfer &+= 1
        // Refused while one is under way: then there is nothing to do but wait.
        try? replicas[slot].group.transferLeadership(to: successor, id: transfer, now: now)
        touch(slot)
    }

    private func successor(_ slot: Int) -> ReplicaID? {
        let own = replicas[slot].group.member.replica
        // Whoever differs would give what it holds to others.
        let convicted = convicted(of: replicas[slot].descriptor.shard)
        let voters = replicas[slot].group.progress.filter { status in
            status.member.replica != own && !convicted.contains(status.member.replica)
                && replicas[slot].group.configuration.isVoter(status.member.replica)
                && peers[status.member.node]?.isConnected == true
        }
        // In turn among equals: two of them may be unable to lead, and must not pass it to each other for ever.
        guard let most = voters.map(\.match).max() else { return nil }
        let equals = voters.filter { $0.match == most }
        return equals[Int(truncatingIfNeeded: replicas[slot].group.term.rawValue % UInt64(equals.count))].member.replica
    }
}
