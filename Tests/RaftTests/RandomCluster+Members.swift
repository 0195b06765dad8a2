import Raft

/// Changes of members as placement would make them, and some that it would not.
extension RandomCluster {
    mutating func changeMembers(by node: Int) {
        guard isChanging, nodes[node].group.role == .leader else { return }
        let current = nodes[node].group.configuration
        switch random.below(8) {
        case 0, 1: addLearner(by: node, to: current)
        case 2, 3, 4: propose(jointAfter(current), by: node)
        case 5, 6: propose(oneStepAfter(current), by: node)
        default:
            let voters = nodes.map(\.member).filter { _ in random.chance(40) }
            propose(Configuration(voters: voters, outgoing: random.chance(50) ? current.voters : []), by: node)
        }
    }

    private mutating func addLearner(by node: Int, to current: Configuration) {
        guard nodes.count < 9, current.learners.count < 2 else { return }
        var next = current
        next.learners.append(member(UInt64(nodes.count + 1)))
        let born = nodes[node].group.lastIndex.next
        guard propose(next, by: node) else { return }
        // A replica is made by a snapshot (rule 32); one that begins with an empty log must do as well.
        addNode(presence: random.chance(70) ? .absent : .here, bornAt: born)
    }

    /// Any number of voters leaves, listens or is replaced by learners.
    private mutating func jointAfter(_ current: Configuration) -> Configuration {
        let leaving = current.voters.filter { _ in random.chance(30) }
        let promoted = current.learners.filter { _ in random.chance(70) }
        let demoted = leaving.filter { _ in random.chance(40) }
        return Configuration(
            voters: current.voters.filter { !leaving.contains($0) } + promoted, outgoing: current.voters,
            learners: current.learners.filter { !promoted.contains($0) } + demoted)
    }

    private mutating func oneStepAfter(_ current: Configuration) -> Configuration {
        var next = current
        if random.chance(50), !next.learners.isEmpty {
            let learner = next.learners.remove(at: random.below(next.learners.count))
            if random.chance(70) { next.voters.append(learner) }
        } else if next.voters.count > 1 {
            let voter = next.voters.remove(at: random.below(next.voters.count))
            if random.chance(50) { next.learners.append(voter) }
        }
        return next
    }

    @discardableResult
    private mutating func propose(_ next: Configuration, by node: Int) -> Bool {
        do throws(ProposeError) {
            _ = try nodes[node].propose(next, now: now(node))
            statistics.configurations += 1
            return true
        } catch {
            if case .notCaughtUp = error { statistics.refusedPromotions += 1 }
            return false
        }
    }

    /// Rule 29: a stranger hears the descriptor of whoever it wrote to.
    mutating func answer(_ stranger: Member, from node: Int) {
        let disk = nodes[node].disk
        send(
            .descriptor(at: disk.applied.index, disk.configuration), from: node,
            to: Int(stranger.replica.rawValue) - 1)
    }

    /// A committed descriptor that is newer than the own and lacks this replica ends it.
    mutating func hear(_ configuration: Configuration, at index: LogIndex, on node: Int) {
        guard configuration.member(nodes[node].member.replica) == nil else { return }
        guard index > max(bornAt[node], nodes[node].disk.applied.index) else { return }
        statistics.destroyed += 1
        presence[node] = .destroyed
        nodes[node].isUp = false
        installs.removeAll { $0.node == node }
        for (id, read) in openReads where read.node == node { openReads[id] = nil }
    }
}
