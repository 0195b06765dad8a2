package import Raft
import Keyspace
import Storage
import Wire

extension Host {
    /// Ends a tick: fires due deadlines, cuts entries, starts and releases reads, and hands out every effect.
    package mutating func turn(now: Instant) -> Effects {
        noticeStall(now: now)
        fireDeadlines(now: now)
        advanceInstalls()
        if logWritesInFlight < limits.logWritesInFlightMax { cutEntries(now: now) }
        var index = 0
        // Collecting may touch further slots (a single-voter group commits at once): the list may grow meanwhile.
        while index < touched.count {
            let slot = touched[index]
            index += 1
            replicas[slot].isTouched = false
            if replicas[slot].isRetired { continue }
            startReads(slot, now: now)
            collect(slot, now: now)
            if !merges.isEmpty || !barriers.isEmpty { advanceMerges(slot, now: now) }
            noteDeadline(slot)
        }
        touched.removeAll(keepingCapacity: true)
        releaseApplies()
        answerControlFrames(now: now)
        persistBirthsAndDestroys()
        if effects.logWrite != nil {
            // Truncations ride along: on their own they would make a quiet node write and sync.
            effects.logWrite?.batch.truncations = pendingTruncations
            pendingTruncations.removeAll(keepingCapacity: true)
            logWritesInFlight += 1
            counters.logWrites += 1
        }
        defer { effects = Effects() }
        return effects
    }

    /// A lane that was not scheduled for a promise cannot know what its clock did meanwhile: no lease may rest on
    /// anything sent before (rule 6).
    mutating func noticeStall(now: Instant) {
        if now - lastTurn > limits.raft.promise {
            neighbourhood.leaseFloor = now
            counters.leaseDrops += 1
        }
        lastTurn = now
    }

    /// Voids every lease that rests on a frame sent before `now`: the node's clocks disagree (rule 6).
    package mutating func dropLeases(now: Instant) {
        neighbourhood.leaseFloor = now
        counters.leaseDrops += 1
    }

    /// Asks a group something where it is: a computed property of an element in an array would be asked of a copy, and
    /// a copy of a group costs more than the answer.
    private mutating func looking<R>(at slot: Int, _ ask: (inout Group<EncodedEntry>) -> R) -> R {
        ask(&replicas[slot].group)
    }

    private mutating func fireDeadlines(now: Instant) {
        guard earliest <= now else { return }
        var next = Instant.distantFuture
        for slot in deadlines.indices {
            if deadlines[slot] <= now {
                replicas[slot].group.tick(now: now, neighbours: neighbourhood)
                deadlines[slot] = replicas[slot].group.deadline ?? .distantFuture
                touch(slot)
            }
            next = min(next, deadlines[slot])
        }
        earliest = next
    }

    private mutating func noteDeadline(_ slot: Int) {
        let deadline = looking(at: slot, { $0.deadline }) ?? .distantFuture
        deadlines[slot] = deadline
        earliest = min(earliest, deadline)
    }

    /// Cuts what waits in every touched shard into entries. Slots that stay behind the window are touched again
    /// when a log write completes.
    private mutating func cutEntries(now: Instant) {
        for slot in waitingToCut where replicas[slot].pending.operationCount > 0 {
            cut(slot, now: now)
            touch(slot)
        }
        waitingToCut.removeAll(keepingCapacity: true)
    }

    /// One entry from everything that waits in the slot.
    mutating func cut(_ slot: Int, now: Instant) {
        let references = replicas[slot].pendingReferences
        replicas[slot].pendingReferences.removeAll(keepingCapacity: true)
        guard let (index, term) = replicas[slot].group.nextProposal else {
            replicas[slot].pending = CommandBatchBuilder()
            answer(references, .failure(notLeader(slot)))
            return
        }
        let operations = replicas[slot].pending.operationCount
        let clock = stampMilliseconds(slot, at: now)
        let stamp = replicas[slot].nextStamp(operations: operations, clusterMilliseconds: clock)
        let version = replicas[slot].descriptor.epoch.version
        let entry = replicas[slot].pending.finish(term: term, index: index, stamp: stamp, epochVersion: version)
        do {
            let proposed = try replicas[slot].group.propose(entry, now: now)
            replicas[slot].proposed.append(
                ProposedEntry(
                    index: proposed, term: term, references: references, operations: operations, version: version))
            replicas[slot].unanswered += references.count
            counters.entriesProposed += 1
            counters.operationsProposed += UInt64(operations)
        } catch {
            answer(references, .failure(requestError(error, slot)))
        }
    }

    /// What merges wait for may have come with this look at a shard.
    private mutating func advanceMerges(_ slot: Int, now: Instant) {
        if !barriers.isEmpty { advanceAbsorbs(now: now) }
        if !replicas[slot].isRetired { answerFreeze(slot) }
    }

    /// Takes a group's effects and turns them into the host's.
    private mutating func collect(_ slot: Int, now: Instant) {
        var rounds = 0
        while looking(at: slot, { $0.hasReady }), rounds < 16 {
            rounds += 1
            let ready = replicas[slot].group.takeReady(now: now)
            persist(ready, slot)
            send(ready.messages, slot)
            apply(ready.committed, slot, now: now)
            for read in ready.reads { confirm(read, slot) }
            for id in ready.failedReads { fail(id, slot) }
            for load in ready.loads {
                let replica = replicas[slot].group.member.replica
                effects.loads.append(LoadTask(shard: replicas[slot].descriptor.shard, replica: replica, load: load))
            }
            for request in ready.snapshots { startSnapshot(request, slot, now: now) }
            if !ready.strangers.isEmpty { tellStrangers(ready.strangers, slot) }
            if let left = ready.leftLeader { noteLeft(left, slot) }
            if let term = ready.resignedTerm { noteResigned(term, slot) }
            if ready.leadershipChanged { leadershipChanged(slot) }
        }
        if looking(at: slot, { $0.hasReady }) { touch(slot) }
        if replicas[slot].group.barrier != nil { noteBarrier(slot, now: now) }
        askTruncation(slot)
    }

    private mutating func persist(_ ready: Ready<EncodedEntry>, _ slot: Int) {
        guard let persist = ready.persist else { return }
        let shard = replicas[slot].descriptor.shard
        let replica = replicas[slot].group.member.replica
        var write = effects.logWrite ?? LogWrite()
        effects.logWrite = nil
        if let hardState = persist.hardState, persist.entries.isEmpty || !isPlanted(.hardStateDropped) {
            write.batch.hardStates.append(HardStateRecord(shard: shard, replica: replica, hardState: hardState))
        }
        if let base = persist.base { rebase(slot, base, in: &write.batch) }
        if let first = persist.entries.first, let last = persist.entries.last {
            write.batch.appends.append(
                LogAppend(
                    shard: shard, replica: replica, first: first.index, last: last.index,
                    chunk: EncodedEntry.chunk(persist.entries)))
        }
        write.tokens.append(PersistedReplica(shard: shard, replica: replica, token: persist.token))
        effects.logWrite = write
    }

    /// An installed snapshot is where the log begins now.
    private mutating func rebase(_ slot: Int, _ base: LogBase, in batch: inout LogBatch) {
        let name = LogName(shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica)
        let start = LogTruncation(
            shard: name.shard, replica: name.replica, through: base.position.index, term: base.position.term)
        if base.dropsLog { batch.resets.append(start) } else { batch.bases.append(start) }
        // What was to be dropped lies below it.
        pendingTruncations.removeAll { $0.name == name }
    }

    /// Logs of new replicas begin at their base, before anything else is written to them; those of destroyed ones go.
    private mutating func persistBirthsAndDestroys() {
        guard !pendingBirths.isEmpty || !pendingDestroys.isEmpty else { return }
        var write = effects.logWrite ?? LogWrite()
        effects.logWrite = nil
        for birth in pendingBirths {
            write.batch.resets.append(birth.start)
            write.batch.hardStates.insert(birth.hardState, at: 0)
        }
        write.batch.destroys += pendingDestroys
        pendingBirths.removeAll()
        pendingDestroys.removeAll()
        effects.logWrite = write
    }

    private mutating func send(_ messages: [Ready<EncodedEntry>.Outgoing], _ slot: Int) {
        let shard = replicas[slot].descriptor.shard
        let from = replicas[slot].group.member
        for outgoing in messages {
            effects.messages.append(
                PeerEnvelope(shard: shard, from: from, to: outgoing.to, message: outgoing.message))
        }
    }

    private mutating func apply(_ entries: [Entry<EncodedEntry>], _ slot: Int, now: Instant) {
        guard !entries.isEmpty else { return }
        var rest = entries[...]
        // The state has to be read as it is behind the entry of a scan (rule 39).
        while let position = rest.firstIndex(where: { $0.wantsScan && !isPlanted(.checkComparesAtDifferentIndex) }) {
            hand(Array(rest[...position]), slot, now: now)
            rest = rest[(position + 1)...]
        }
        if !rest.isEmpty { hand(rest.count == entries.count ? entries : Array(rest), slot, now: now) }
    }

    private mutating func hand(_ entries: [Entry<EncodedEntry>], _ slot: Int, now: Instant) {
        let isLeader = replicas[slot].group.role == .leader
        let splits = entries.contains { $0.isRangeChange }
        // The followers' part of the new shard elects its leader (rule 32).
        if splits, isLeader { replicas[slot].group.hurryCommit(now: now) }
        let task = ApplyTask(
            shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica, entries: entries,
            wantsOutcomes: replicas[slot].proposedHead < replicas[slot].proposed.count
                || replicas[slot].pendingChange != nil,
            isAwaited: isLeader || splits)
        applyBacklogBytes += task.byteCount
        heldApplies.append(task)
        heldApplyBytes += task.byteCount
    }

    /// Hands out what is to be applied. Where nobody waits for it, only what has gathered since the last control tick:
    /// on a follower every batch saved is time for the syncs that the cluster waits for.
    private mutating func releaseApplies() {
        guard !heldApplies.isEmpty else { return }
        let isFull = heldApplyBytes > limits.heldApplyBytesMax
        guard areHeldAppliesDue || isFull || heldApplies.contains(where: \.isAwaited) else { return }
        areHeldAppliesDue = false
        effects.applies.append(contentsOf: heldApplies)
        heldApplies.removeAll(keepingCapacity: true)
        heldApplyBytes = 0
    }

    /// Asks for the truncation of what every member holds and this one has applied (rule 9), in steps large
    /// enough to be worth a record and small enough that a flush of the log family drops the chunks.
    private mutating func askTruncation(_ slot: Int) {
        let target = looking(at: slot, { $0.truncatable })
        guard replicas[slot].truncationAsked.distance(to: target) >= limits.truncateAfterEntries,
            let term = replicas[slot].group.termAt(target)
        else { return }
        replicas[slot].truncationAsked = target
        replicas[slot].group.truncate(through: target)
        pendingTruncations.append(
            LogTruncation(
                shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica,
                through: target, term: term))
    }
}

extension Entry<EncodedEntry> {
    /// Whether it splits its shard, or is a step of a merge.
    fileprivate var isRangeChange: Bool {
        if case .payload(let payload) = content { payload.isSplit || payload.isMerge } else { false }
    }

    /// Whether it is a check with a scan.
    fileprivate var wantsScan: Bool {
        if case .payload(let payload) = content { payload.wantsScan } else { false }
    }
}
