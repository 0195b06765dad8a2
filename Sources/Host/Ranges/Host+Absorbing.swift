import Keyspace
import Raft
import Storage
import Wire

/// How a replica absorbs that of its right neighbour on the same node (rule 33). The log stops before the entry; the
/// neighbour is brought to the end that the entry names, without asking anybody, since it has that durably; then it
/// goes out of service, and the applier makes one of the two.
extension Host {
    /// A log has come to such an entry.
    mutating func noteBarrier(_ slot: Int, now: Instant) {
        guard !barriers.contains(slot) else { return }
        barriers.append(slot)
        // The followers' replicas need not be later than the leader's.
        replicas[slot].group.hurryCommit(now: now)
    }

    mutating func advanceAbsorbs(now: Instant) {
        for position in barriers.indices.reversed() {
            let slot = barriers[position]
            guard !replicas[slot].isRetired, replicas[slot].group.barrier != nil else {
                barriers.remove(at: position)
                continue
            }
            if advanceAbsorb(slot, now: now) { barriers.remove(at: position) }
        }
    }

    /// True when the log goes on.
    private mutating func advanceAbsorb(_ slot: Int, now: Instant) -> Bool {
        guard replicas[slot].group.isReadyForBarrier, let entry = replicas[slot].group.waitingEntry else {
            return false
        }
        guard let absorb = entry.absorb, replicas[slot].merge.awaits(absorb),
            replicas[slot].descriptor.absorbing(absorb.right) != nil
        else {
            // It comes too late, and the applier says so.
            pass(slot)
            return true
        }
        guard let right = slots[absorb.right.shard] else {
            lack(absorb.right.shard, slot, entry.index, now: now)
            return false
        }
        let isNews = replicas[right].group.commitIndex < absorb.frozen.index
        guard replicas[right].group.learnCommitted(absorb.frozen) else {
            lack(absorb.right.shard, slot, entry.index, now: now)
            return false
        }
        if isNews { touch(right) }
        let shard = replicas[slot].descriptor.shard
        let frozen = MergeState.Frozen(left: shard, merge: absorb.merge, position: absorb.frozen)
        // It may have gone on only if nobody absorbs it; if that is so somebody's word was wrong, and what it has
        // acknowledged since must not get lost.
        guard replicas[right].group.appliedIndex < absorb.frozen.index || replicas[right].merge.frozen == frozen else {
            lack(absorb.right.shard, slot, entry.index, now: now)
            return false
        }
        guard replicas[right].group.appliedIndex >= absorb.frozen.index, replicas[right].group.isApplierIdle,
            !incoming.contains(where: { $0.shard == absorb.right.shard && $0.phase != .receiving })
        else {
            // It may lack a neighbour itself, and have nobody left to ask.
            let since = merges[shard]?.since ?? now
            if replicas[right].group.barrier != nil, now - since >= limits.mergePatience {
                lack(absorb.right.shard, slot, entry.index, now: now)
            }
            return false
        }
        unite(right, into: slot)
        return true
    }

    /// Hands the entry out like any other.
    private mutating func pass(_ slot: Int) {
        guard let task = takeBarrier(slot) else { return }
        heldApplies.append(task)
        heldApplyBytes += task.byteCount
    }

    private mutating func takeBarrier(_ slot: Int) -> ApplyTask? {
        guard let entry = replicas[slot].group.takeBarrier() else { return nil }
        let task = ApplyTask(
            shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica, entries: [entry],
            wantsOutcomes: true)
        applyBacklogBytes += task.byteCount
        touch(slot)
        return task
    }

    /// Nothing of the right replica is outstanding but its log writes, which are before the end of its log. Its keys
    /// stay reserved until they are the left one's (rule 30).
    private mutating func unite(_ right: Int, into slot: Int) {
        guard let task = takeBarrier(slot) else { return }
        let descriptor = replicas[right].descriptor
        let name = LogName(shard: descriptor.shard, replica: replicas[right].group.member.replica)
        retire(name.shard, .frozen)
        departing.append(
            DepartingReplica(
                task: DestroyTask(name: name, range: descriptor.range, returns: false, absorbedBy: task.shard),
                isUnited: true))
        tombstones[name.shard] = max(tombstones[name.shard] ?? name.replica, name.replica)
        absorbers[name.shard] = task.shard
        effects.applyChanges.append(.absorb(task, name))
    }

    /// What these replicas had is the left one's now, durably: it may be split again before their end is told.
    mutating func release(_ absorbed: [ShardID], by left: ShardID) {
        for position in departing.indices
        where departing[position].isUnited && departing[position].task.absorbedBy == left {
            let isApplied = absorbed.contains(departing[position].task.name.shard)
            if isApplied { departing[position].task.range = nil }
        }
    }

    // MARK: Without the right replica

    /// What the entry needs is not here: the left one's state has to come as a whole. A leader lets another one lead
    /// first.
    private mutating func lack(_ right: ShardID, _ slot: Int, _ index: LogIndex, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        guard let known = merges[shard], now - known.askedAt >= limits.mergePatience, !isDeparting(right),
            !incoming.contains(where: { $0.shard == shard })
        else { return }
        merges[shard]?.askedAt = now
        let member = replicas[slot].group.member
        if replicas[slot].group.role == .leader { return handOver(slot, now: now) }
        guard let leader = replicas[slot].group.leader else { return }
        effects.notices.append((leader.node, .merge(.behind(shard, member, to: leader, index: index))))
    }

    /// The other side of it.
    mutating func supply(
        _ replica: Member, of shard: ShardID, _ to: Member, past index: LogIndex, from peer: NodeID, now: Instant
    ) {
        guard replica.node == peer, let slot = slots[shard], replicas[slot].group.member == to,
            replicas[slot].group.role == .leader,
            replicas[slot].group.configuration.member(replica.replica) == replica
        else { return }
        // The entry is committed, or nobody would wait at it, so this leader has it (paper §5.4.3). It may not know
        // that itself: a majority that waits and takes no more entries lets it commit none of its own term.
        if let term = replicas[slot].group.termAt(index), replicas[slot].group.commitIndex < index {
            _ = replicas[slot].group.learnCommitted(LogPosition(index: index, term: term))
            touch(slot)
        }
        guard replicas[slot].group.appliedIndex >= index else { return }
        startSnapshot(Ready.SnapshotRequest(follower: replica, atLeast: index), slot, now: now)
    }

    // MARK: What is left of absorbed shards

    /// Replicas of shards that a snapshot has in it are in its way: they go first. Whether one did.
    mutating func makesRoom(for offer: SnapshotOffer) -> Bool {
        var hasMade = false
        let receiver = offer.descriptor.shard
        for shard in offer.merge.absorbed
        where !isAwaited(shard, except: receiver) && destroyAbsorbed(shard, by: receiver) { hasMade = true }
        return hasMade
    }

    /// The shard is part of another one. A replica here is of no use, unless one of the left shard here has yet to
    /// absorb it (rule 29).
    mutating func isAbsorbed(_ right: ShardID, into left: ShardID) {
        if let slot = slots[left], !replicas[slot].merge.absorbed.contains(right) { return }
        guard !isAwaited(right) else { return }
        _ = destroyAbsorbed(right, by: left)
        // Nor does anybody wait for this node to come back to it.
        guard returns.contains(right), slots[right] == nil, !isSuspect(right) else { return }
        returns.removeAll { $0 == right }
        comebacks.removeAll { $0.shard == right }
        effects.applyChanges.append(.returned(right))
    }

    /// Whether a replica here has its end where the one of `right` begins, and may so have to absorb it: whoever came
    /// by that end after the merge knows of it. `except` is about to be another one.
    private func isAwaited(_ right: ShardID, except other: ShardID? = nil) -> Bool {
        let range =
            slots[right].map { replicas[$0].descriptor.range }
            ?? suspects.first { $0.name.shard == right }?.descriptor?.range
        guard let range else { return false }
        return slots.values.contains { slot in
            replicas[slot].descriptor.range.end == range.start && replicas[slot].descriptor.shard != other
                && !replicas[slot].merge.absorbed.contains(right)
        }
    }

    private mutating func destroyAbsorbed(_ shard: ShardID, by left: ShardID) -> Bool {
        guard !isDeparting(shard) else { return true }
        if let slot = slots[shard] {
            absorbers[shard] = left
            destroy(slot, absorbedBy: left)
            return true
        }
        guard !isInstalling(shard), let suspect = suspects.first(where: { $0.name.shard == shard }) else {
            return false
        }
        absorbers[shard] = left
        destroy(
            DestroyTask(
                name: suspect.name, range: suspect.descriptor?.range, returns: false, absorbedBy: left))
        return true
    }

    /// What a shard became a part of, if this node took part in that or has since come by a part of the whole.
    func whole(of shard: ShardID) -> ShardID? {
        absorbers[shard]
            ?? slots.values.filter { replicas[$0].merge.absorbed.contains(shard) }
            .map { replicas[$0].descriptor.shard }.min()
    }

    /// The replica here that has what a shard had which is not here any more.
    func absorber(of shard: ShardID) -> Int? {
        var shard = shard
        // Each was absorbed once, so this ends; a store that says otherwise must not hang the lane.
        for _ in 0..<absorbers.count {
            guard let whole = absorbers[shard] else { return nil }
            if let slot = slots[whole] { return slot }
            shard = whole
        }
        return nil
    }
}

extension Entry<EncodedEntry> {
    /// What it says, if it absorbs a shard and can be read.
    fileprivate var absorb: MergeCommand.Absorb? {
        guard case .payload(let encoded) = content, case .absorb(let absorb)? = try? MergeCommand(encoded) else {
            return nil
        }
        return absorb
    }
}
