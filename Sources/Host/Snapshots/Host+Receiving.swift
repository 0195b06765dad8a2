import Keyspace
package import Raft
import Storage
package import Wire

/// Snapshots on their way to this node: what is taken, and how it becomes a replica (rules 29, 30 and 31).
extension Host {
    /// A snapshot message of a peer, whichever side of the conversation this node is.
    package mutating func receive(_ envelope: SnapshotEnvelope, from peer: NodeID, now: Instant) {
        guard envelope.from.node == peer, envelope.to.node == node else {
            counters.misdirected += 1
            return
        }
        let key = IncomingKey(peer: peer, transfer: envelope.transfer)
        switch envelope.message {
        case .offer(let offer): receive(offer, envelope, key, now: now)
        case .chunk(let chunk): receive(chunk, key, now: now)
        case .last(let totals):
            guard let position = position(of: key) else { return }
            incoming[position].totals = totals
            incoming[position].heardAt = now
            // What does not add up now never will: the connection keeps the order.
            if totals.progress != incoming[position].received { refuse(position, .broken) }
        case .abandon:
            guard let position = position(of: key), incoming[position].phase == .receiving else { return }
            drop(position)
        case .accept, .refuse, .acknowledge, .installed: receiverSaid(envelope, now: now)
        }
    }

    private func position(of key: IncomingKey) -> Int? { incoming.firstIndex { $0.key == key } }

    // MARK: The offer

    private mutating func receive(
        _ offer: SnapshotOffer, _ envelope: SnapshotEnvelope, _ key: IncomingKey, now: Instant
    ) {
        if let position = position(of: key) {
            guard incoming[position].phase == .receiving, incoming[position].offer == offer else { return }
            incoming[position].heardAt = now
            tell(position, .accept(incoming[position].received))
            return tell(position, .acknowledge(through: incoming[position].staged))
        }
        if let refusal = refusal(of: offer, envelope, key, now: now) {
            effects.snapshotMessages.append(
                SnapshotEnvelope(
                    shard: envelope.shard, from: envelope.to, to: envelope.from, transfer: envelope.transfer,
                    message: .refuse(refusal)))
            return
        }
        incoming.append(
            IncomingSnapshot(
                key: key, shard: envelope.shard, sender: envelope.from, receiver: envelope.to, offer: offer,
                heardAt: now))
        effects.snapshotTasks.append(.begin(key, offer, envelope.to.replica))
        tell(incoming.count - 1, .accept(SnapshotProgress()))
    }

    private mutating func refusal(
        of offer: SnapshotOffer, _ envelope: SnapshotEnvelope, _ key: IncomingKey, now: Instant
    ) -> SnapshotRefusal? {
        let receiver = envelope.to
        guard offer.descriptor.shard == envelope.shard, offer.metadata.isPossible,
            offer.descriptor.configuration.member(receiver.replica) == receiver
        else { return .notAMember }
        if let refusal = refusal(of: receiver, envelope.shard, offer.metadata) { return refusal }
        if slots[envelope.shard] == nil, offer.descriptor.configuration.isVoter(receiver.replica), mayHaveForgotten,
            isFree(offer.descriptor.range, for: envelope.shard)
        {
            forgot(receiver.replica, offer.descriptor)
            return .tombstoned
        }
        if let position = incoming.firstIndex(where: { $0.shard == envelope.shard }) {
            let isOver =
                incoming[position].key.peer == key.peer || now - incoming[position].heardAt > limits.snapshotLost
            guard isOver, incoming[position].phase == .receiving else {
                return .underWay(incoming[position].offer.position.index)
            }
            // Its sender has begun another one, or is gone.
            drop(position)
        }
        guard incoming.count < limits.snapshotsInMax, admission != .diskFull else { return .busy }
        if makesRoom(for: offer) { return .busy }
        guard isFree(offer.descriptor.range, for: envelope.shard) || isPlanted(.overlappingSnapshotInstalled) else {
            return .overlaps
        }
        return nil
    }

    /// Why a snapshot is not for `receiver`, or not now, as far as that depends on who is here. A replica with a lesser
    /// id ends by this (rule 29); the id of a suspect never comes to life.
    private mutating func refusal(
        of receiver: Member, _ shard: ShardID, _ metadata: SnapshotMetadata
    ) -> SnapshotRefusal? {
        if let greatest = tombstones[shard], greatest >= receiver.replica { return .tombstoned }
        guard !makesRoom(for: receiver.replica, of: shard) else { return .busy }
        guard let slot = slots[shard] else { return isSuspect(shard) ? .tombstoned : nil }
        guard replicas[slot].group.member == receiver else { return .tombstoned }
        switch replicas[slot].group.beginInstall(of: metadata) {
        case .accepted:
            // Only asked: nothing stands still while the rows are on their way.
            replicas[slot].group.cancelInstall()
            return nil
        case .stale: return .stale(commit: replicas[slot].group.commitIndex)
        case .notAMember, .malformed: return .notAMember
        case .alreadyInstalling: return .busy
        }
    }

    // MARK: The stream

    private mutating func receive(_ chunk: SnapshotChunk, _ key: IncomingKey, now: Instant) {
        guard let position = position(of: key), incoming[position].phase == .receiving else { return }
        // Repeated after a reconnection.
        guard chunk.progress.chunks > incoming[position].received.chunks else { return }
        guard incoming[position].totals == nil,
            incoming[position].received.advanced(by: chunk.bytes) == chunk.progress
        else { return refuse(position, .broken) }
        incoming[position].received = chunk.progress
        incoming[position].heardAt = now
        effects.snapshotTasks.append(.stage(key, chunk))
    }

    /// The store has it.
    mutating func staged(_ key: IncomingKey, through number: UInt64) {
        guard let position = position(of: key), incoming[position].phase == .receiving else { return }
        incoming[position].staged = max(incoming[position].staged, number)
        if number > 0 { tell(position, .acknowledge(through: number)) }
    }

    mutating func malformed(_ key: IncomingKey) {
        guard let position = position(of: key) else { return }
        if let slot = slots[incoming[position].shard], incoming[position].phase != .receiving {
            replicas[slot].group.cancelInstall()
            touch(slot)
        }
        refuse(position, .broken)
    }

    private mutating func tell(_ position: Int, _ message: SnapshotMessage) {
        let snapshot = incoming[position]
        effects.snapshotMessages.append(
            SnapshotEnvelope(
                shard: snapshot.shard, from: snapshot.receiver, to: snapshot.sender, transfer: snapshot.key.transfer,
                message: message))
    }

    private mutating func refuse(_ position: Int, _ refusal: SnapshotRefusal) {
        tell(position, .refuse(refusal))
        drop(position)
    }

    /// Forgets it, before its commit point only.
    private mutating func drop(_ position: Int) {
        effects.snapshotTasks.append(.discard(incoming[position].key))
        incoming.remove(at: position)
    }

    /// A split that was applied here has made a replica of these keys. What was on its way for its parent, which waited
    /// for something and went on by its log meanwhile, comes too late, or has to come again.
    mutating func dropSnapshots(over range: KeyRange) {
        for position in incoming.indices.reversed()
        where incoming[position].phase != .installing && incoming[position].offer.descriptor.range.overlaps(range) {
            if incoming[position].phase == .settling, let slot = slots[incoming[position].shard] {
                replicas[slot].group.cancelInstall()
                touch(slot)
            }
            refuse(position, .overlaps)
        }
    }

    /// The replica here is leaving: what was on its way to it is of no use.
    mutating func dropSnapshots(to shard: ShardID) {
        for position in incoming.indices.reversed()
        where incoming[position].shard == shard && incoming[position].phase != .installing {
            refuse(position, .tombstoned)
        }
    }

    /// The peer's process is a new one: what the former one was sending does not go on.
    mutating func forgetSnapshots(from peer: NodeID) {
        for position in incoming.indices.reversed()
        where incoming[position].key.peer == peer && incoming[position].phase == .receiving {
            drop(position)
        }
    }

    /// Every control interval: streams that stand still.
    mutating func tendIncoming(now: Instant) {
        for position in incoming.indices.reversed()
        where incoming[position].phase == .receiving && now - incoming[position].heardAt > limits.snapshotSilence {
            refuse(position, .broken)
        }
    }

    // MARK: The installation

    /// Brings every snapshot that is complete a step further. The order is `Raft`'s (Snapshots): the group stops
    /// handing out, what it has handed out is applied, the generation is retired (rule 25), the data becomes durable.
    mutating func advanceInstalls() {
        for position in incoming.indices.reversed() where incoming[position].isComplete {
            switch incoming[position].phase {
            case .receiving: beginInstall(position)
            case .settling: installWhenSettled(position)
            case .installing: break
            }
        }
    }

    private mutating func beginInstall(_ position: Int) {
        let snapshot = incoming[position]
        // Things may have changed since the offer.
        if let refusal = refusal(of: snapshot.receiver, snapshot.shard, snapshot.offer.metadata) {
            return refuse(position, refusal)
        }
        guard
            isFree(snapshot.offer.descriptor.range, for: snapshot.shard) || isPlanted(.overlappingSnapshotInstalled)
        else { return refuse(position, .overlaps) }
        guard let slot = slots[snapshot.shard] else {
            incoming[position].makesReplica = true
            return install(position, clearing: nil)
        }
        _ = replicas[slot].group.beginInstall(of: snapshot.offer.metadata)
        incoming[position].phase = .settling
        installWhenSettled(position)
    }

    private mutating func installWhenSettled(_ position: Int) {
        guard let slot = slots[incoming[position].shard], replicas[slot].group.isApplierIdle else { return }
        replicas[slot].installs += 1
        install(position, clearing: replicas[slot].descriptor.range)
    }

    private mutating func install(_ position: Int, clearing former: KeyRange?) {
        incoming[position].phase = .installing
        effects.snapshotTasks.append(.install(incoming[position].key, clearing: former))
    }

    /// The commit point is behind: the replica stands at the snapshot.
    mutating func installed(_ key: IncomingKey, _ state: ShardState, now: Instant) {
        guard let position = position(of: key) else { return }
        let snapshot = incoming[position]
        tell(position, .installed(snapshot.offer.position.index))
        tellPassed(snapshot)
        incoming.remove(at: position)
        counters.snapshotsInstalled += 1
        guard let slot = slots[snapshot.shard] else {
            // One that was taken out of service meanwhile does not come back by it.
            if snapshot.makesReplica { create(snapshot, state, now: now) }
            return
        }
        // Before anything that is applied after it.
        effects.applyChanges.append(.adopt(state))
        replicas[slot].sessions = state.sessions.load
        adopt(snapshot.offer, slot, now: now)
    }

    private mutating func adopt(_ offer: SnapshotOffer, _ slot: Int, now: Instant) {
        let verdict = replicas[slot].group.install(offer.metadata, now: now, neighbours: neighbourhood)
        guard verdict == .accepted else {
            // The data is another history's than the log: neither can be believed (rule 15).
            return suspect(slot, "a snapshot does not fit the log: \(verdict)")
        }
        replicas[slot].installs += 1
        if replicas[slot].descriptor.epoch.version == offer.descriptor.epoch.version {
            replicas[slot].descriptor = offer.descriptor
        } else {
            // A leader that waits to absorb may take one: what it has let in was for the former range.
            changeRange(slot, to: offer.descriptor, births: [], now: now)
        }
        if let asker = merges.removeValue(forKey: offer.descriptor.shard)?.asker { answer(asker, .failure(.ambiguous)) }
        replicas[slot].merge = offer.merge
        resumeMerge(slot, now: now)
        replicas[slot].lastVersionApplied = max(replicas[slot].lastVersionApplied, offer.lastVersion)
        replicas[slot].lastVersionInLog = max(replicas[slot].lastVersionInLog, offer.lastVersion)
        replicas[slot].truncationAsked = max(replicas[slot].truncationAsked, offer.position.index)
        for member in offer.descriptor.configuration.members { addPeer(member.node) }
        touch(slot)
    }

    /// A replica begins with the snapshot. Its log is emptied there before anything else is written to it.
    private mutating func create(_ snapshot: IncomingSnapshot, _ state: ShardState, now: Instant) {
        effects.applyChanges.append(.adopt(state))
        let base = snapshot.offer.position
        let ballot = takeBallot(of: snapshot.shard, snapshot.receiver.replica)
        var hardState = HardState(term: base.term, commit: base.index)
        if let voted = ballot?.hardState, voted.term >= base.term {
            hardState = HardState(term: voted.term, vote: voted.vote, commit: base.index)
        }
        let restored = Restored<EncodedEntry>(
            configuration: snapshot.offer.descriptor.configuration, hardState: hardState, truncated: base,
            applied: base, lastIndex: base.index)
        let shard = snapshot.shard
        let replica = snapshot.receiver.replica
        pendingBirths.append(
            LogBirth(
                start: LogTruncation(shard: shard, replica: replica, through: base.index, term: base.term),
                hardState: HardStateRecord(shard: shard, replica: replica, hardState: hardState)))
        add(
            RestoredReplica(
                descriptor: snapshot.offer.descriptor, member: snapshot.receiver, restored: restored,
                lastVersion: snapshot.offer.lastVersion, merge: snapshot.offer.merge),
            seed: seed(of: replica, of: shard), now: now)
        if ballot != nil, let slot = slots[shard] { replicas[slot].group.rewriteHardState() }
    }
}
