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
        let restored = Restored<EncodedEntry>(configuration: child.configuration)
        var merge = MergeState()
        merge.absorbed = birth.absorbed
        add(
            RestoredReplica(
                descriptor: child, member: Member(replica: replica, node: node), restored: restored,
                lastVersion: birth.lastVersion, merge: merge),
            seed: seed(of: replica, of: child.shard), now: now, isNew: true)
        guard let slot = slots[child.shard] else { return }
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

    // MARK: Votes that come too early

    /// More than wait for all new shards of a moment.
    private static let heldVotesMax = 256

    /// A request for a vote of a replica that is not here may be for one that a split is about to make: other nodes
    /// have applied it a moment before. The newest of each sender is kept until then (rule 32); nothing comes of it by
    /// itself.
    mutating func holdVote(_ envelope: PeerEnvelope) {
        guard case .voteRequest = envelope.message else { return }
        heldVotes.removeAll { $0.shard == envelope.shard && $0.from == envelope.from }
        if heldVotes.count >= Self.heldVotesMax { heldVotes.removeFirst() }
        heldVotes.append(envelope)
    }

    private mutating func replayVotes(_ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        let member = replicas[slot].group.member
        for envelope in heldVotes where envelope.shard == shard && envelope.to == member {
            replicas[slot].group.step(envelope.message, from: envelope.from, now: now, neighbours: neighbourhood)
        }
        heldVotes.removeAll { $0.shard == shard }
    }
}
