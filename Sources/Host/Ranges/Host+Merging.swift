import Keyspace
package import Raft
package import Wire

/// Merges, as the left shard's leader conducts them (rule 33):
///
/// ```
/// left                              right
///   Intent ───── freeze ──────────►                 what may change it is refused from here on
///                                     Freeze         takes nothing any more
///          ◄──── frozen ───────────                  once every replica holds it durably
///   Absorb                                           or, half a second after Intent:
///   Abort        ◄──── inquiry ────                  after half a second without a word
///          ───── aborted ─────────►
///                                     Unfreeze       in the next version
/// ```
/// Notices may be lost, late, or repeated: what counts is in the logs, and every leader goes on from there.
extension Host {
    /// Why the merge cannot begin here and now; nil when it can. Nothing has changed.
    package func refusal(of request: MergeRequest, now: Instant) -> RequestError? {
        do throws(RequestError) {
            _ = try check(request, now: now)
            return nil
        } catch {
            return error
        }
    }

    /// A request of a connected client with the cluster's rights, or of the node itself.
    package mutating func merge(_ request: MergeRequest, from reference: RequestReference, now: Instant) {
        merge(request, for: .client(reference), now: now)
    }

    mutating func merge(_ request: MergeRequest, for asker: PendingChange.Asker, now: Instant) {
        do throws(RequestError) {
            let slot = try check(request, now: now)
            let command = MergeCommand.intent(
                epoch: request.epoch, merge: replicas[slot].merge.last &+ 1, right: request.right,
                rightEpoch: request.rightEpoch)
            try propose(command, slot, now: now)
            merges[request.shard, default: Merging(since: now)].asker = asker
            merges[request.shard]?.trouble = nil
        } catch {
            answer(asker, .failure(error))
        }
    }

    private func check(_ request: MergeRequest, now: Instant) throws(RequestError) -> Int {
        guard let slot = slots[request.shard] else { throw absence(of: request.shard, since: request.epoch.version) }
        let descriptor = replicas[slot].descriptor
        guard replicas[slot].group.role == .leader else { throw notLeader(slot) }
        guard request.epoch == descriptor.epoch else { throw mismatch(slot, since: request.epoch.version) }
        guard descriptor.range.start >= Key.userStart else {
            throw .invalidRequest("the system shard is never merged")
        }
        guard descriptor.range.end < Key.end else {
            throw .invalidRequest("shard \(descriptor.shard) is the last one: it has no right neighbour")
        }
        guard replicas[slot].pendingChange == nil, !replicas[slot].merge.isBusy else {
            throw .busy(retryAfterMilliseconds: 50, reason: "another change of the shard is under way")
        }
        if let known = merges[request.shard], now < known.notBefore {
            let wait = UInt32(clamping: (known.notBefore - now).milliseconds + 1)
            throw .busy(
                retryAfterMilliseconds: wait, reason: known.trouble ?? "the last merge of the shard was given up")
        }
        try checkNeighbour(of: slot, request)
        do throws(ProposeError) {
            try replicas[slot].group.checkAdministrative()
        } catch {
            throw requestError(error, slot)
        }
        guard admission != .diskFull else { throw .diskFull }
        return slot
    }

    /// Both shards have to be on the same nodes, and nothing of them may be missing: seen from here, and certain only
    /// once the right one is frozen.
    private func checkNeighbour(of slot: Int, _ request: MergeRequest) throws(RequestError) {
        let descriptor = replicas[slot].descriptor
        guard let neighbour = slots[request.right] else {
            throw .invalidRequest(
                "shard \(request.right) has no replica on node \(node), as shard \(descriptor.shard) has: "
                    + "move replicas first, so that both are on the same nodes")
        }
        let right = replicas[neighbour].descriptor
        guard right.epoch == request.rightEpoch, right.range.start == descriptor.range.end else {
            throw .epochMismatch([descriptor, right])
        }
        for (position, shard) in [(slot, descriptor), (neighbour, right)] {
            guard shard.configuration.learners.isEmpty, !shard.configuration.isJoint,
                replicas[position].group.configuration == shard.configuration
            else { throw .busy(retryAfterMilliseconds: 100, reason: "the replicas of shard \(shard.shard) change") }
        }
        guard descriptor.isAligned(with: right) else {
            throw .invalidRequest(
                "shard \(descriptor.shard) is on nodes \(descriptor.nodeList) and shard \(right.shard) on nodes "
                    + "\(right.nodeList): move replicas first, so that both are on the same nodes")
        }
        guard !replicas[neighbour].merge.isBusy, replicas[neighbour].pendingChange == nil else {
            throw .busy(retryAfterMilliseconds: 50, reason: "another change of shard \(right.shard) is under way")
        }
        if let member = laggard(slot) {
            throw .unavailable(
                "replica \(member.replica) of shard \(descriptor.shard) on node \(member.node) is down or behind")
        }
        guard replicas[neighbour].group.leader != nil else {
            throw .unavailable("shard \(right.shard) has no leader now")
        }
    }

    /// A replica of a shard that is led here which does not keep up.
    func laggard(_ slot: Int) -> Member? {
        let last = replicas[slot].group.lastIndex
        return replicas[slot].group.progress.first { member in
            !member.hasAcknowledged || member.isSilent || member.match > last
                || member.match.distance(to: last) > Self.lagMax
        }?.member
    }

    /// What a replica lacks may be on its way.
    private static let lagMax: UInt64 = 256

    /// Appends a step, and lets nothing else that changes the shard go beside it (rule 27).
    mutating func propose(_ command: MergeCommand, _ slot: Int, now: Instant) throws(RequestError) {
        // What has come before goes before it.
        if replicas[slot].pending.operationCount > 0 {
            cut(slot, now: now)
            waitingToCut.removeAll { $0 == slot }
        }
        guard let (index, term) = replicas[slot].group.nextProposal else { throw notLeader(slot) }
        do throws(ProposeError) {
            let entry = command.encode(term: term, index: index)
            let proposed = try replicas[slot].group.propose(administrative: entry, now: now)
            replicas[slot].observe(Entry(index: proposed, term: term, content: .payload(entry)))
            replicas[slot].pendingChange = PendingChange(
                asker: .nobody, index: proposed, term: term, isMergeStep: true)
        } catch {
            throw requestError(error, slot)
        }
        touch(slot)
    }

    // MARK: What was applied

    /// The log of the shard has said something about a merge.
    mutating func note(_ state: MergeState, _ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        let before = replicas[slot].merge
        replicas[slot].merge = state
        let leads = replicas[slot].group.role == .leader
        if state.isBusy {
            if !before.isBusy { merges[shard, default: Merging(since: now)].since = now }
            merges[shard]?.freezing = nil
            merges[shard]?.askedAt = .distantPast
        } else if let intent = before.intent, leads {
            conclude(slot, intent, now: now)
        } else {
            merges[shard] = nil
        }
        noteFrozen(slot)
        if leads { tendMerge(slot, now: now) }
    }

    /// A replica has come to its state otherwise than by its log.
    mutating func resumeMerge(_ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        merges[shard] = replicas[slot].merge.isBusy ? Merging(since: now) : nil
        noteFrozen(slot)
    }

    /// The end of a merge with a right neighbour.
    private mutating func conclude(_ slot: Int, _ intent: MergeState.Intent, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        guard var known = merges.removeValue(forKey: shard) else { return }
        let asker = known.asker ?? .nobody
        guard !replicas[slot].merge.absorbed.contains(intent.right) else {
            return answer(asker, .descriptor(replicas[slot].descriptor))
        }
        let trouble = known.trouble ?? "shard \(intent.right) was not frozen on all its replicas in time"
        answer(asker, .failure(.unavailable("the merge was given up: \(trouble)")))
        // Not at once again: each try keeps the neighbour from its clients.
        known.asker = nil
        known.trouble = "the last merge was given up: \(trouble)"
        known.failures = min(known.failures + 1, Self.failuresMax)
        known.notBefore = now + Interval(nanoseconds: limits.mergePatience.nanoseconds << Int64(known.failures))
        merges[shard] = known
    }

    /// The longest pause after a failure is two to this times as long as a merge may take.
    private static let failuresMax = 6

    /// A step that was proposed here has found the shard otherwise, or another entry at its place.
    mutating func mergeStepFailed(_ slot: Int, _ error: RequestError) {
        let shard = replicas[slot].descriptor.shard
        merges[shard]?.freezing = nil
        noteFrozen(slot)
        guard replicas[slot].merge.intent == nil, let asker = merges[shard]?.asker else { return }
        merges[shard] = nil
        answer(asker, .failure(error))
    }

    /// Leadership was won or lost: time counts anew, and who asked has to look for himself.
    mutating func leaveMerge(_ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        guard var known = merges[shard] else { return }
        if let asker = known.asker { answer(asker, .failure(.ambiguous)) }
        known = Merging(since: now)
        merges[shard] = replicas[slot].merge.isBusy ? known : nil
        noteFrozen(slot)
    }

    // MARK: The clockwork

    /// Every control interval.
    mutating func tendMerges(now: Instant) {
        if !barriers.isEmpty { advanceAbsorbs(now: now) }
        for shard in merges.keys.sorted() {
            guard let slot = slots[shard] else {
                merges[shard] = nil
                continue
            }
            tendMerge(slot, now: now)
            forget(slot, now: now)
        }
    }

    /// A failure of long ago.
    private mutating func forget(_ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        guard let known = merges[shard], !replicas[slot].merge.isBusy, replicas[slot].pendingChange == nil,
            now - known.notBefore > Self.failureLife
        else { return }
        merges[shard] = nil
    }

    private static let failureLife = Interval.seconds(60)

    private mutating func tendMerge(_ slot: Int, now: Instant) {
        guard replicas[slot].group.role == .leader, replicas[slot].pendingChange == nil else { return }
        if let intent = replicas[slot].merge.intent {
            pursue(intent, slot, now: now)
        } else if let frozen = replicas[slot].merge.frozen {
            inquire(frozen, slot, now: now)
        }
    }

    private mutating func pursue(_ intent: MergeState.Intent, _ slot: Int, now: Instant) {
        let (shard, merge) = (replicas[slot].descriptor.shard, replicas[slot].merge.last)
        guard let known = merges[shard] else { return }
        guard now - known.since < limits.mergePatience, known.trouble == nil else {
            // Refused while leadership moves, or right after an election: tried again.
            try? propose(.abort(merge: merge), slot, now: now)
            return
        }
        guard now - known.askedAt >= limits.mergeAskInterval,
            let leader = slots[intent.right].flatMap({ replicas[$0].group.leader })
        else { return }
        merges[shard]?.askedAt = now
        effects.notices.append(
            (leader.node, .merge(.freeze(right: intent.right, intent.epoch, left: shard, merge: merge))))
    }

    /// The right shard is frozen everywhere: it is absorbed, unless the merge was given up meanwhile.
    mutating func frozen(_ left: ShardID, _ load: MergeNotice.Load, _ absorb: MergeCommand.Absorb, now: Instant) {
        guard let slot = slots[left], replicas[slot].group.role == .leader, let known = merges[left] else { return }
        guard replicas[slot].pendingChange == nil && known.trouble == nil || isPlanted(.absorbAndAbortBoth),
            replicas[slot].merge.awaits(absorb)
        else { return }
        guard SessionTable.fits([replicas[slot].sessions, growth(slot), load]) else {
            return unable(left, absorb.merge, "the two shards remember more answers than one shard may", now: now)
        }
        guard replicas[slot].descriptor.absorbing(absorb.right) != nil,
            replicas[slot].descriptor.isAligned(with: absorb.right)
        else { return unable(left, absorb.merge, "shard \(absorb.right.shard) is not what it was", now: now) }
        try? propose(.absorb(absorb), slot, now: now)
    }

    /// What the shard may have to remember besides when an entry that is proposed now is applied: all that stands
    /// before it and is not applied yet was proposed here, since a leader changes nothing before its own first entry
    /// is.
    private func growth(_ slot: Int) -> MergeNotice.Load {
        let proposed = replicas[slot].proposed[replicas[slot].proposedHead...]
        return SessionTable.load(
            commands: replicas[slot].unanswered + replicas[slot].pendingReferences.count,
            operations: replicas[slot].pending.operationCount + proposed.reduce(0) { $0 + $1.operations })
    }

    /// The right shard does not freeze: there is nothing to wait for.
    mutating func unable(_ left: ShardID, _ merge: UInt64, _ reason: String, now: Instant) {
        guard let slot = slots[left], replicas[slot].merge.last == merge, replicas[slot].merge.intent != nil else {
            return
        }
        merges[left]?.trouble = reason
        tendMerge(slot, now: now)
    }
}

extension Descriptor {
    /// The nodes that have its replicas, for people.
    fileprivate var nodeList: String {
        configuration.members.map(\.node).sorted().map { "\($0)" }.joined(separator: ", ")
    }
}
