import Keyspace
package import Raft
import Storage
package import Wire

extension Host {
    /// A log write, or several, became durable.
    package mutating func persisted(_ tokens: [PersistedReplica], writes: Int, now: Instant) {
        logWritesInFlight = max(0, logWritesInFlight - writes)
        for token in tokens {
            guard let slot = slots[token.shard], replicas[slot].group.member.replica == token.replica else {
                persistedBallot(token)
                continue
            }
            replicas[slot].group.persisted(token.token, now: now, neighbours: neighbourhood)
            touch(slot)
        }
    }

    /// The applier wrote these batches.
    package mutating func applied(_ batches: [AppliedBatch], now: Instant) {
        for batch in batches {
            applyBacklogBytes = max(0, applyBacklogBytes - batch.byteCount)
            if let merge = batch.merge { release(merge.absorbed, by: batch.shard) }
            guard let slot = slots[batch.shard], replicas[slot].group.member.replica == batch.replica else {
                // Taken out of service meanwhile; what it has split off stays, and is not its own any more.
                let name = LogName(shard: batch.shard, replica: batch.replica)
                if let descriptor = batch.descriptor { narrow(name, to: descriptor.range) }
                for birth in batch.births { bear(birth, from: nil, now: now) }
                continue
            }
            replicas[slot].group.applied(batch.through, now: now)
            if batch.lastVersion > replicas[slot].lastVersionApplied {
                replicas[slot].lastVersionApplied = batch.lastVersion
            }
            replicas[slot].sessions = batch.sessions
            if let descriptor = batch.descriptor { adopt(descriptor, batch.births, slot, now: now) }
            if !batch.checks.isEmpty { noteChecks(batch, slot, now: now) }
            answerProposed(slot, batch)
            answerChange(slot, batch)
            if let merge = batch.merge { note(merge, slot, now: now) }
            releaseApplied(slot)
            touch(slot)
            leaveIfRemoved(slot)
        }
    }

    /// A configuration or a split was applied: it is certain.
    private mutating func adopt(_ descriptor: Descriptor, _ births: [ShardBirth], _ slot: Int, now: Instant) {
        guard descriptor.isNewer(than: replicas[slot].descriptor) else { return }
        if descriptor.epoch.version > replicas[slot].descriptor.epoch.version {
            changeRange(slot, to: descriptor, births: births, now: now)
        } else {
            replicas[slot].descriptor = descriptor
        }
        for member in descriptor.configuration.members { addPeer(member.node) }
    }

    /// What became of a snapshot's task.
    package mutating func completed(_ event: SnapshotEvent, now: Instant) {
        switch event {
        case .opened(let transfer, let offer): opened(transfer, offer, now: now)
        case .read(let transfer, let chunk): read(transfer, chunk, now: now)
        case .ended(let transfer, let totals): ended(transfer, totals)
        case .unreadable(let transfer, _, _): unreadable(transfer, now: now)
        case .staged(let key, let number): staged(key, through: number)
        case .installed(let key, let state): installed(key, state, now: now)
        case .malformed(let key): malformed(key)
        }
    }

    /// Entries read back for a follower that lags; empty when the read failed.
    package mutating func loaded(_ task: LoadTask, entries: [Entry<EncodedEntry>], now: Instant) {
        guard let slot = slots[task.shard], replicas[slot].group.member.replica == task.replica else { return }
        replicas[slot].group.loaded(follower: task.load.follower, entries: entries, now: now)
        touch(slot)
    }

    /// Answers whoever waits for the entries of the batch: with the outcome when it is the entry that was proposed,
    /// with `notApplied` when another one was committed at its index (rule 23).
    private mutating func answerProposed(_ slot: Int, _ batch: AppliedBatch) {
        var reported = 0
        while replicas[slot].proposedHead < replicas[slot].proposed.count {
            let proposed = replicas[slot].proposed[replicas[slot].proposedHead]
            guard proposed.index <= batch.through else { break }
            while reported < batch.entries.count, batch.entries[reported].index < proposed.index { reported += 1 }
            replicas[slot].proposedHead += 1
            replicas[slot].unanswered -= proposed.references.count
            guard reported < batch.entries.count, batch.entries[reported].index == proposed.index else {
                // Applied without outcomes: it was handed to the applier before anybody waited here.
                answer(proposed.references, .failure(.ambiguous))
                continue
            }
            if batch.entries[reported].term == proposed.term {
                answer(proposed, with: batch.entries[reported].outcomes, slot)
            } else {
                answer(proposed.references, .failure(.notApplied))
            }
        }
        replicas[slot].compactProposed()
    }

    private mutating func answer(_ proposed: ProposedEntry, with outcomes: [CommandOutcome], _ slot: Int) {
        var refusal: ClientResponse.Body?
        for (position, reference) in proposed.references.enumerated() {
            guard position < outcomes.count else {
                answer(reference, .failure(.ambiguous))
                continue
            }
            switch outcomes[position] {
            case .done(let result): answer(reference, .written(result))
            // The log knows the shard only; who is beside it now is known here.
            case .refused(.epochMismatch):
                let body = refusal ?? .failure(mismatch(slot, since: proposed.version))
                refusal = body
                answer(reference, body)
            case .refused(let error): answer(reference, .failure(error))
            }
        }
    }

    /// Leadership was won or lost. Whoever waits here after a loss gets `ambiguous` at once: with a session the
    /// client repeats the command at the new leader, where it is applied at most once (rules 22, 23).
    mutating func leadershipChanged(_ slot: Int) {
        let leads = replicas[slot].group.role == .leader
        if leads, !replicas[slot].wasLeader { counters.elections += 1 }
        if leads != replicas[slot].wasLeader, !merges.isEmpty { leaveMerge(slot, now: lastTurn) }
        replicas[slot].wasLeader = leads
        guard !leads else { return }
        let waiting = replicas[slot].pendingReferences
        replicas[slot].pendingReferences.removeAll()
        replicas[slot].pending = CommandBatchBuilder()
        answer(waiting, .failure(notLeader(slot)))
        leaveChange(slot)
        leaveCheck(replicas[slot].descriptor.shard)
        confess(slot)
        while replicas[slot].proposedHead < replicas[slot].proposed.count {
            let unknown = isPlanted(.ambiguousAsNotApplied) ? RequestError.notApplied : .ambiguous
            answer(replicas[slot].proposed[replicas[slot].proposedHead].references, .failure(unknown))
            replicas[slot].proposedHead += 1
        }
        for waiting in replicas[slot].unappliedReads {
            answer(waiting.reads.map(\.reference), .failure(notLeader(slot)))
        }
        replicas[slot].unappliedReads.removeAll()
        replicas[slot].unanswered = 0
        replicas[slot].compactProposed()
        leaveIfRemoved(slot)
    }
}
