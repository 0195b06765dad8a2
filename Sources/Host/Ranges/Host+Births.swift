import Keyspace
import Raft
import Storage
import Wire

/// New shards, as the lane hears of them when a split is applied (rule 32).
extension Host {
    /// The shard in this slot is another one now: its range has changed. Whoever was let in by the former range is sent
    /// away: neither a write that waits nor a read under way may meet the new one (rule 25).
    mutating func changeRange(_ slot: Int, to descriptor: Descriptor, births: [ShardBirth], now: Instant) {
        let former = replicas[slot].descriptor.epoch.version
        replicas[slot].descriptor = descriptor
        for birth in births { bear(birth, from: slot, now: now) }
        let refusal = ClientResponse.Body.failure(mismatch(slot, since: former))
        answer(replicas[slot].pendingReferences, refusal)
        replicas[slot].pendingReferences.removeAll()
        replicas[slot].pending = CommandBatchBuilder()
        dismissReads(slot, refusal)
        revokeReads(slot, refusal)
        reportedAt = .distantPast
    }

    /// Reads that have not been let go yet.
    mutating func dismissReads(_ slot: Int, _ refusal: ClientResponse.Body) {
        answer(replicas[slot].arrivedReads.map(\.reference), refusal)
        replicas[slot].arrivedReads.removeAll()
        for waiting in replicas[slot].unconfirmedReads { answer(waiting.reads.map(\.reference), refusal) }
        replicas[slot].unconfirmedReads.removeAll()
        for waiting in replicas[slot].unappliedReads { answer(waiting.reads.map(\.reference), refusal) }
        replicas[slot].unappliedReads.removeAll()
    }

    /// Reads that were let go before the range changed and that nobody has taken yet.
    private mutating func revokeReads(_ slot: Int, _ refusal: ClientResponse.Body) {
        let generation = replicas[slot].generation
        let isStale = { (task: ReadTask) in
            task.generation.shard == generation.shard && task.generation != generation
        }
        guard effects.reads.contains(where: isStale) else { return }
        for task in effects.reads where isStale(task) { answer(task.reads.map(\.reference), refusal) }
        effects.reads.removeAll(where: isStale)
    }

    /// A replica that takes no part any more has split off what lies outside of `range`: that is not its own to
    /// destroy, nor does it stand in anybody's way (I31, rule 30). Or it has absorbed what lies in it besides.
    mutating func narrow(_ name: LogName, to range: KeyRange) {
        for position in suspects.indices where suspects[position].name == name {
            suspects[position].descriptor?.range = range
        }
        for position in departing.indices where departing[position].task.name == name {
            if departing[position].task.range != nil { departing[position].task.range = range }
        }
    }

    /// A split has made a replica here. What the applier did before the end of another replica is reported before that
    /// end (rule 30), so its keys are free; were they not, two shards would write the same rows.
    mutating func bear(_ birth: ShardBirth, from parent: Int?, now: Instant) {
        let child = birth.descriptor
        guard let replica = birth.replica, slots[child.shard] == nil, !isSuspect(child.shard) else { return }
        if let greatest = tombstones[child.shard], greatest >= replica {
            // Destroyed while the applier made it.
            let name = LogName(shard: child.shard, replica: replica)
            return destroy(DestroyTask(name: name, range: child.range, returns: false))
        }
        dropSnapshots(over: child.range)
        guard isFree(child.range, for: child.shard) else {
            let name = LogName(shard: child.shard, replica: replica)
            let suspect = SuspectReplica(name: name, descriptor: child, reason: "another shard has its keys")
            suspects.append(suspect)
            return effects.suspicions.append(suspect)
        }
        let ballot = takeBallot(of: child.shard, replica)
        let restored = Restored<EncodedEntry>(
            configuration: child.configuration, hardState: ballot?.hardState ?? HardState())
        var merge = MergeState()
        merge.absorbed = birth.absorbed
        add(
            RestoredReplica(
                descriptor: child, member: Member(replica: replica, node: node), restored: restored,
                lastVersion: birth.lastVersion, merge: merge),
            seed: seed(of: replica, of: child.shard), now: now, isNew: true)
        guard let slot = slots[child.shard] else { return }
        if ballot != nil { replicas[slot].group.rewriteHardState() }
        // Clients should not notice: where the parent is led they will look for the child.
        if let parent, replicas[parent].group.role == .leader {
            replicas[slot].group.campaignFirst(now: now, neighbours: neighbourhood)
        }
        replayVotes(slot, now: now)
    }

    /// Differs between replicas, and is the same in every run of a story.
    func seed(of replica: ReplicaID, of shard: ShardID) -> UInt64 {
        boot ^ shard.rawValue &* 0x9E37_79B9_7F4A_7C15 ^ replica.rawValue &* 0xC2B2_AE3D_27D4_EB4F
    }
}
