import Keyspace
import Raft
import Wire

/// The right shard's part of a merge: it freezes when it is asked to, and goes on only when it knows that it is not
/// absorbed (rule 33).
extension Host {
    /// A notice about merges; see `MergeNotice` for whom each is.
    mutating func receive(_ notice: MergeNotice, from peer: NodeID, now: Instant) {
        switch notice {
        case .ask(let number, let request): merge(request, for: .peer(peer, number: number), now: now)
        case .freeze(let right, let epoch, let left, let merge):
            freeze(right, epoch, Merging.Freezing(left: left, merge: merge), from: peer, now: now)
        case .frozen(let left, let load, let absorb): frozen(left, load, absorb, now: now)
        case .unable(let left, let merge, let reason): unable(left, merge, reason, now: now)
        case .inquiry(let right, let start, let left, let merge):
            testify(right, start, left, merge, to: peer, now: now)
        case .aborted(let right, let left, let merge): unfreeze(right, left, merge, now: now)
        case .absorbed(let right, let left): isAbsorbed(right, into: left)
        case .behind(let shard, let replica, let to, let index):
            supply(replica, of: shard, to, past: index, from: peer, now: now)
        }
    }

    private mutating func freeze(
        _ right: ShardID, _ epoch: Epoch, _ wanted: Merging.Freezing, from peer: NodeID, now: Instant
    ) {
        guard let slot = slots[right], replicas[slot].group.role == .leader else { return }
        let frozen = replicas[slot].merge.frozen
        if frozen.map({ $0.left == wanted.left && $0.merge == wanted.merge }) ?? false
            || merges[right]?.freezing == wanted
        {
            merges[right]?.freezeAsker = peer
            return answerFreeze(slot)
        }
        guard epoch == replicas[slot].descriptor.epoch || isPlanted(.lateFreezeAccepted) else {
            return refuse(wanted, "shard \(right) is not what it was", peer)
        }
        guard !replicas[slot].merge.isBusy, replicas[slot].pendingChange == nil else {
            return refuse(wanted, "another change of shard \(right) is under way", peer)
        }
        // Each of them has to bring itself to its end.
        if let member = laggard(slot) {
            return refuse(
                wanted, "replica \(member.replica) of shard \(right) on node \(member.node) is down or behind", peer)
        }
        do throws(RequestError) {
            try propose(.freeze(epoch: epoch, left: wanted.left, merge: wanted.merge), slot, now: now)
        } catch {
            // An election is just over, or leadership moves: the asker asks again.
            return
        }
        merges[right, default: Merging(since: now)].freezing = wanted
        merges[right]?.freezeAsker = peer
        noteFrozen(slot)
    }

    private mutating func refuse(_ wanted: Merging.Freezing, _ reason: String, _ peer: NodeID) {
        effects.notices.append((peer, .merge(.unable(left: wanted.left, merge: wanted.merge, reason: reason))))
    }

    /// Whether the shard takes anything follows from its log, and from what its leader has appended: committed or not,
    /// that may count already. Reads that wait end with it, also those that a new leader has taken before it had
    /// applied the freeze: what they would read may be another shard's by then.
    mutating func noteFrozen(_ slot: Int) {
        let isFreezing = merges[replicas[slot].descriptor.shard]?.freezing != nil
        replicas[slot].isFrozen =
            (replicas[slot].merge.frozen != nil || isFreezing) && !isPlanted(.mergeWithoutFreezing)
        stopReads(slot)
    }

    /// Reads that are under way could not be told from those that come after the merge.
    private mutating func stopReads(_ slot: Int) {
        guard replicas[slot].isFrozen else { return }
        let shard = replicas[slot].descriptor.shard
        let refusal = ClientResponse.Body.failure(.frozen)
        dismissReads(slot, refusal)
        for task in effects.reads where task.generation.shard == shard {
            answer(task.reads.map(\.reference), refusal)
        }
        effects.reads.removeAll { $0.generation.shard == shard }
    }

    /// Tells the left shard's leader, once the freeze is applied and every replica holds it: then each of them can
    /// bring itself to that end without asking anybody.
    mutating func answerFreeze(_ slot: Int) {
        let shard = replicas[slot].descriptor.shard
        guard let known = merges[shard], let asker = known.freezeAsker, let frozen = replicas[slot].merge.frozen,
            replicas[slot].group.isHeldByAll(frozen.position.index)
                || isPlanted(.freezeNotEverywhere) && replicas[slot].group.role == .leader
        else { return }
        merges[shard]?.freezeAsker = nil
        let absorb = MergeCommand.Absorb(
            merge: frozen.merge, frozen: frozen.position, lastVersion: replicas[slot].lastVersionApplied,
            right: replicas[slot].descriptor)
        effects.notices.append((asker, .merge(.frozen(left: frozen.left, replicas[slot].sessions, absorb))))
    }

    // MARK: Waiting for the decision

    /// Frozen for long: whoever knows what was decided is asked, wherever that is by now.
    mutating func inquire(_ frozen: MergeState.Frozen, _ slot: Int, now: Instant) {
        let descriptor = replicas[slot].descriptor
        guard let known = merges[descriptor.shard], now - known.since >= limits.mergePatience,
            now - known.askedAt >= limits.mergePatience
        else { return }
        merges[descriptor.shard]?.askedAt = now
        for peer in [node] + peerOrder {
            effects.notices.append(
                (
                    peer,
                    .merge(
                        .inquiry(
                            right: descriptor.shard, start: descriptor.range.start, left: frozen.left,
                            merge: frozen.merge))
                ))
        }
    }

    /// Says what has become of a merge, if a shard is led here that knows it for certain:
    ///
    /// - the left one itself;
    /// - another one that ends where the right one begins. With the merge pending the left shard could not have lost
    ///   that border. Had it absorbed the right one and been split there again, whoever has that border now has a
    ///   quorum of replicas that are behind the merge, so the right one has no leader to ask. A frozen one says
    ///   nothing: the left one may have got the border by absorbing it, which replicas of it learn late.
    private mutating func testify(
        _ right: ShardID, _ start: Key, _ left: ShardID, _ merge: UInt64, to peer: NodeID, now: Instant
    ) {
        if slots[right] == nil, let whole = whole(of: right) {
            return effects.notices.append((peer, .merge(.absorbed(right: right, left: whole))))
        }
        let slot = slots[left] ?? slots.values.first { replicas[$0].descriptor.range.end == start }
        guard let slot, replicas[slot].group.mayTestify(now: now, neighbours: neighbourhood) else { return }
        let (shard, state) = (replicas[slot].descriptor.shard, replicas[slot].merge)
        if state.absorbed.contains(right) {
            effects.notices.append((peer, .merge(.absorbed(right: right, left: shard))))
        } else if shard != left && state.frozen != nil {
            return
        } else if shard != left || state.last > merge || state.last == merge && state.intent == nil {
            effects.notices.append((peer, .merge(.aborted(right: right, left: left, merge: merge))))
        }
    }

    private mutating func unfreeze(_ right: ShardID, _ left: ShardID, _ merge: UInt64, now: Instant) {
        guard let slot = slots[right], replicas[slot].group.role == .leader, replicas[slot].pendingChange == nil,
            let frozen = replicas[slot].merge.frozen, frozen.left == left, frozen.merge == merge
        else { return }
        try? propose(.unfreeze(left: left, merge: merge), slot, now: now)
    }
}
