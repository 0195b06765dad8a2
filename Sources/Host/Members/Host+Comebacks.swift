import Keyspace
package import Raft
import Storage
import Wire

/// The way back of replicas that may have forgotten what they promised, driven by the node that has them (rule 15):
///
/// ```
/// suspect ──► remove its id ──► destroy its data ──► add a learner here ──► snapshot ──► promote
///             by a quorum       tombstone, and       under a new id                      row gone
///             without it        a row "comes back"
/// ```
/// Each step is asked of the shard's leader on condition of the exact epoch and asked again until it is done, so no
/// crash and no change of leader, at any point, leaves it half way.
extension Host {
    /// Replicas of this node that may have forgotten something: they take no part, and their ids go.
    package mutating func add(_ suspects: [SuspectReplica], departed: DepartedReplicas) {
        self.suspects += suspects
        for (shard, replica) in departed.tombstones { tombstones[shard] = replica }
        for (shard, left) in departed.absorbed { absorbers[shard] = left }
        returns = departed.returns.map(\.shard)
    }

    /// Takes a replica out of service because what it holds cannot be believed; the rest of the node goes on.
    package mutating func suspect(_ shard: ShardID, _ reason: String) {
        if let slot = slots[shard] { suspect(slot, reason) }
    }

    mutating func suspect(_ slot: Int, _ reason: String) {
        let descriptor = replicas[slot].descriptor
        let name = LogName(shard: descriptor.shard, replica: replicas[slot].group.member.replica)
        let suspect = SuspectReplica(name: name, descriptor: descriptor, reason: reason)
        retire(name.shard)
        suspects.append(suspect)
        effects.suspicions.append(suspect)
    }

    func isSuspect(_ shard: ShardID) -> Bool { suspects.contains { $0.name.shard == shard } }

    /// What is going on, one line per shard, for people.
    package var comebackNotes: [(shard: ShardID, text: String)] {
        comebacks.map { ($0.shard, $0.note) }
    }

    /// The data of a suspect is gone, durably.
    mutating func suspectDestroyed(_ name: LogName) {
        guard let position = suspects.firstIndex(where: { $0.name == name }) else { return }
        suspects.remove(at: position)
        effects.cleared.append(name)
    }

    // MARK: The clockwork

    /// Every control interval.
    mutating func tendComebacks(now: Instant) {
        let shards = (suspects.map(\.name.shard) + returns).sorted()
        guard !shards.isEmpty || !comebacks.isEmpty else { return }
        comebacks.removeAll { !shards.contains($0.shard) }
        for shard in shards where !comebacks.contains(where: { $0.shard == shard }) {
            comebacks.append(Comeback(shard: shard))
        }
        // From the end, because one that has arrived leaves the list.
        for position in comebacks.indices.reversed() where comebacks[position].nextAt <= now {
            // No answer came.
            if comebacks[position].number != 0 { turnElsewhere(position) }
            goOn(position, now: now)
        }
    }

    private mutating func goOn(_ position: Int, now: Instant) {
        comebacks[position].nextAt = now + limits.comebackInterval
        let shard = comebacks[position].shard
        guard !departing.contains(where: { $0.task.name.shard == shard }) else { return }
        // The shard may be part of one that is here.
        if slots[shard] == nil, let left = whole(of: shard) { isAbsorbed(shard, into: left) }
        guard comebacks.indices.contains(position), comebacks[position].shard == shard,
            !isDeparting(shard)
        else { return }
        if let suspect = suspects.firstIndex(where: { $0.name.shard == shard }) {
            identify(suspect, comebacks[position].descriptor)
            remove(suspects[suspect], position, now: now)
        } else {
            join(position, now: now)
        }
    }

    /// Of a replica whose records are gone only the shard is known. Its id is what the members say that this node has;
    /// any guess might be another node's.
    private mutating func identify(_ position: Int, _ descriptor: Descriptor?) {
        guard suspects[position].name.replica == ReplicaID(0),
            let own = descriptor?.configuration.members.first(where: { $0.node == node })
        else { return }
        effects.cleared.append(suspects[position].name)
        suspects[position].name.replica = own.replica
        effects.suspicions.append(suspects[position])
    }

    private mutating func remove(_ suspect: SuspectReplica, _ position: Int, now: Instant) {
        guard !isInstalling(suspect.name.shard) else { return }
        // A leader that has yet to apply how the replica became a member does not know of it.
        guard let descriptor = comebacks[position].descriptor,
            descriptor.configuration.member(suspect.name.replica) == nil,
            descriptor.nextReplica > suspect.name.replica,
            descriptor.epoch.config >= suspect.descriptor?.epoch.config ?? 0
        else {
            return ask(position, ReplicaChange(remove: [suspect.name.replica]), "is to be removed", now: now)
        }
        // Whoever was replaced meanwhile is not missed.
        let former = suspect.descriptor?.configuration
        let isMissed =
            former?.isVoter(suspect.name.replica) ?? true
            && descriptor.configuration.voters.count < former?.voters.count ?? .max
        destroy(
            DestroyTask(
                name: suspect.name, range: suspect.descriptor?.range ?? descriptor.range, returns: isMissed))
        if isMissed, !returns.contains(suspect.name.shard) { returns.append(suspect.name.shard) }
        comebacks[position].note = "removed; its data is being destroyed"
    }

    private mutating func join(_ position: Int, now: Instant) {
        let shard = comebacks[position].shard
        if let slot = slots[shard] {
            let own = replicas[slot].group.member.replica
            let descriptor = replicas[slot].descriptor
            if descriptor.configuration.isVoter(own), !descriptor.configuration.isJoint { return arrive(shard) }
            comebacks[position].learn(descriptor)
            return ask(position, ReplicaChange(promote: [own]), "is to be promoted", now: now)
        }
        if let known = comebacks[position].descriptor?.configuration, isWhole(known) {
            // Somebody else has taken the place.
            return arrive(shard)
        }
        if let known = comebacks[position].descriptor, known.configuration.members.contains(where: { $0.node == node })
        {
            comebacks[position].note = "waits for a snapshot"
            // The leader sends one; whether it still wants to is asked now and then.
        }
        guard !incoming.contains(where: { $0.shard == shard }) else { return }
        ask(position, ReplicaChange(addLearners: [node]), "is to come back", now: now)
    }

    /// Whether no voter is missing, as far as numbers tell: there are odd ones, and nobody is on the way. Of five that
    /// have lost two that cannot be told; then placement has them replaced.
    private func isWhole(_ known: Configuration) -> Bool {
        !known.isJoint && known.learners.isEmpty && known.voters.count >= 3 && !known.voters.count.isMultiple(of: 2)
            && !known.members.contains { $0.node == node }
    }

    private mutating func arrive(_ shard: ShardID) {
        returns.removeAll { $0 == shard }
        comebacks.removeAll { $0.shard == shard }
        effects.applyChanges.append(.returned(shard))
    }

    // MARK: The conversation

    private mutating func ask(_ position: Int, _ change: ReplicaChange, _ note: String, now: Instant) {
        let comeback = comebacks[position]
        guard let target = comeback.target ?? inTurn(comeback) else { return }
        comebacks[position].note = note
        comebacks[position].number = nextNumber
        comebacks[position].nextAt = now + limits.comebackPatience
        // An epoch that no shard has is answered with the descriptor.
        let epoch = comeback.descriptor?.epoch ?? Epoch(version: 0, config: 0)
        let request = ReplicaRequest(shard: comeback.shard, epoch: epoch, change: change)
        effects.notices.append((target, .request(number: nextNumber, request)))
        nextNumber &+= 1
    }

    /// The members' nodes and all nodes in turn: none of those members may be left, and any node may know what became
    /// of the shard.
    private func inTurn(_ comeback: Comeback) -> NodeID? {
        let members = comeback.descriptor?.configuration.members.map(\.node).filter { $0 != node } ?? []
        let nodes = members.isEmpty || comeback.turn % 2 == 1 ? peerOrder : members
        return nodes.isEmpty ? nil : nodes[comeback.turn / 2 % nodes.count]
    }

    private mutating func turnElsewhere(_ position: Int) {
        comebacks[position].number = 0
        comebacks[position].target = nil
        comebacks[position].turn &+= 1
    }

    mutating func comebackAnswered(
        _ number: UInt64, _ result: Result<Descriptor, RequestError>, from peer: NodeID, now: Instant
    ) {
        guard number != 0, let position = comebacks.firstIndex(where: { $0.number == number }) else { return }
        comebacks[position].number = 0
        comebacks[position].target = peer
        comebacks[position].nextAt = now
        switch result {
        case .success(let descriptor): comebacks[position].learn(descriptor)
        case .failure(let error): refused(position, error, now: now)
        }
    }

    private mutating func refused(_ position: Int, _ error: RequestError, now: Instant) {
        switch error {
        case .epochMismatch(let descriptors):
            if descriptors.isEmpty { turnElsewhere(position) }
            for descriptor in descriptors { comebacks[position].learn(descriptor) }
            comebacks[position].nextAt = now + limits.controlInterval
        case .notLeader(let hint):
            turnElsewhere(position)
            comebacks[position].target = hint?.node
            comebacks[position].nextAt = now + limits.controlInterval
        default:
            comebacks[position].note += ": \(error)"
            comebacks[position].nextAt = now + limits.comebackInterval
        }
    }
}
