import Keyspace
import Raft
import Wire

/// Draws changes of members that are legal, one step at a time: learners come first, vote when they have caught up, and
/// mostly take somebody's place.
struct MemberChanges {
    /// All nodes.
    let nodes: [NodeID]
    /// Voters that a shard is to have, give or take one.
    let goal: Int

    /// The next step from a configuration; nil while it is joint, or when there is nothing to do.
    func draw(after configuration: Configuration, leader: ReplicaID, _ chance: inout Chance) -> ReplicaChange? {
        guard !configuration.isJoint else { return nil }
        let absent = nodes.filter { id in !configuration.members.contains { $0.node == id } }
        if !configuration.learners.isEmpty {
            if chance.happens(percent: 65) { return promotion(configuration, leader: leader, &chance) }
            if chance.happens(percent: 30) { return rollBack(configuration, &chance) }
        }
        if !absent.isEmpty, configuration.members.count <= goal + 1, chance.happens(percent: 80) {
            return addition(of: absent, &chance)
        }
        return departure(configuration, leader: leader, &chance)
    }

    /// Takes a learner out again.
    func rollBack(_ configuration: Configuration, _ chance: inout Chance) -> ReplicaChange? {
        chance.pick(configuration.learners).map { ReplicaChange(remove: [$0.replica]) }
    }

    private func addition(of absent: [NodeID], _ chance: inout Chance) -> ReplicaChange? {
        guard absent.count > 1, chance.happens(percent: 25) else {
            return chance.pick(absent).map { ReplicaChange(addLearners: [$0]) }
        }
        return ReplicaChange(addLearners: Array(absent.shuffled(using: &chance).prefix(2)))
    }

    /// Learners vote; as many voters leave or only listen as are too many then. Two or more changes of voters go
    /// through a joint configuration.
    private func promotion(
        _ configuration: Configuration, leader: ReplicaID, _ chance: inout Chance
    ) -> ReplicaChange {
        var change = ReplicaChange()
        for learner in configuration.learners
        where change.promote.isEmpty || chance.happens(percent: 70) {
            change.promote.append(learner.replica)
        }
        var surplus = configuration.voters.count + change.promote.count - goal
        if chance.happens(percent: 15) { surplus -= 1 }
        if chance.happens(percent: 20) { surplus += 1 }
        for voter in leaving(surplus, configuration, joining: change.promote.count, leader: leader, &chance) {
            if chance.happens(percent: 70) { change.remove.append(voter) } else { change.demote.append(voter) }
        }
        return change
    }

    /// A voter goes, or only listens.
    private func departure(
        _ configuration: Configuration, leader: ReplicaID, _ chance: inout Chance
    ) -> ReplicaChange? {
        guard let voter = leaving(1, configuration, joining: 0, leader: leader, &chance).first else { return nil }
        return chance.happens(percent: 60) ? ReplicaChange(remove: [voter]) : ReplicaChange(demote: [voter])
    }

    /// So many voters that can be spared, the leader among them more often than by chance.
    private func leaving(
        _ count: Int, _ configuration: Configuration, joining: Int, leader: ReplicaID, _ chance: inout Chance
    ) -> [ReplicaID] {
        let least = min(2, goal)
        let spare = min(count, configuration.voters.count, configuration.voters.count + joining - least)
        guard spare > 0 else { return [] }
        var voters = configuration.voters.map(\.replica).shuffled(using: &chance)
        if chance.happens(percent: 30), let position = voters.firstIndex(of: leader) { voters.swapAt(0, position) }
        return Array(voters.prefix(spare))
    }
}
