import Keyspace
import Raft
package import Storage
import Wire

/// Replicas that go (rule 29), and the ranges that are taken on this node (rule 30).
extension Host {
    /// The replica in this slot goes: a committed descriptor is without it, or a later one of the shard comes here. It
    /// takes no part any more. The applier does the rest behind everything that it was handed before, so nothing of the
    /// replica is outstanding then; the log follows once the data is gone.
    mutating func destroy(_ slot: Int, returns: Bool = false, absorbedBy left: ShardID? = nil) {
        let replica = replicas[slot]
        let name = LogName(shard: replica.descriptor.shard, replica: replica.group.member.replica)
        // Half a snapshot cannot be taken back: it is installed first.
        guard !isInstalling(name.shard) else { return }
        retire(name.shard)
        heldApplies.removeAll { task in
            guard task.shard == name.shard, task.replica == name.replica else { return false }
            applyBacklogBytes -= task.byteCount
            heldApplyBytes -= task.byteCount
            return true
        }
        destroy(DestroyTask(name: name, range: replica.descriptor.range, returns: returns, absorbedBy: left))
    }

    /// Whether a snapshot of the shard is becoming a replica here: the end of another one of the shard would take its
    /// records with it.
    func isInstalling(_ shard: ShardID) -> Bool {
        incoming.contains { $0.shard == shard && $0.phase == .installing }
    }

    mutating func destroy(_ task: DestroyTask) {
        var task = task
        // Another shard has grown over what this one once held.
        if let range = task.range, !isFree(range, for: task.name.shard) { task.range = nil }
        departing.append(DepartingReplica(task: task))
        tombstones[task.name.shard] = max(tombstones[task.name.shard] ?? task.name.replica, task.name.replica)
        effects.applyChanges.append(.destroy(task))
    }

    /// The applier has made the end of these replicas durable.
    package mutating func destroyed(_ names: [LogName]) {
        for name in names {
            guard let position = departing.firstIndex(where: { $0.task.name == name }) else { continue }
            departing.remove(at: position)
            // A vote may end, and then the replica that was made meanwhile: the keys are reserved until that is gone.
            guard !departing.contains(where: { $0.task.name == name }) else { continue }
            pendingTruncations.removeAll { $0.name == name }
            pendingDestroys.append(name)
            counters.replicasDestroyed += 1
            suspectDestroyed(name)
        }
    }

    /// A message for `replica` has come: one of the shard with a lesser id ends by it. Whether the new one has to wait.
    mutating func makesRoom(for replica: ReplicaID, of shard: ShardID) -> Bool {
        if isDeparting(shard) { return true }
        if let slot = slots[shard], replicas[slot].group.member.replica < replica {
            destroy(slot)
            return true
        }
        guard let suspect = suspects.first(where: { $0.name.shard == shard && $0.name.replica < replica }) else {
            return false
        }
        if isInstalling(shard) { return true }
        destroy(DestroyTask(name: suspect.name, range: suspect.descriptor?.range, returns: false))
        return true
    }

    /// Whether a replica of the shard is being destroyed.
    func isDeparting(_ shard: ShardID) -> Bool { departing.contains { $0.task.name.shard == shard } }

    /// A committed descriptor has come, from whomever: is the replica here to go?
    mutating func obey(_ descriptor: Descriptor) {
        guard let slot = slots[descriptor.shard] else { return }
        let member = replicas[slot].group.member
        guard
            descriptor.epoch.config > replicas[slot].descriptor.epoch.config || isPlanted(.oldDescriptorObeyed),
            descriptor.configuration.member(member.replica) == nil
        else { return }
        destroy(slot)
    }

    /// Its own log says that the replica is out. A leader first sees to its succession.
    mutating func leaveIfRemoved(_ slot: Int) {
        let member = replicas[slot].group.member
        guard replicas[slot].descriptor.configuration.member(member.replica) == nil,
            replicas[slot].group.role != .leader
        else { return }
        destroy(slot)
    }

    /// Whether nothing of another shard's replica lies in `range`, here or on its way (rule 30).
    func isFree(_ range: KeyRange, for shard: ShardID) -> Bool {
        let isTaken =
            slots.values.contains { slot in
                replicas[slot].descriptor.shard != shard && replicas[slot].descriptor.range.overlaps(range)
            }
            || incoming.contains { $0.shard != shard && $0.offer.descriptor.range.overlaps(range) }
            || departing.contains { $0.task.name.shard != shard && $0.range?.overlaps(range) == true }
            || suspects.contains { $0.name.shard != shard && $0.descriptor?.range.overlaps(range) == true }
        return !isTaken
    }
}
