import Keyspace
import NIOCore
import Raft
import Wire

/// Snapshots on their way from this node: who gets one, how fast, and when it is given up.
extension Host {
    /// A leader here needs a snapshot for a member. One that is on its way already will do if it is new enough.
    mutating func startSnapshot(_ request: Ready<EncodedEntry>.SnapshotRequest, _ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        let to = request.follower
        if let position = outgoing.firstIndex(where: { $0.shard == shard && $0.to == to }) {
            guard let offer = outgoing[position].offer else { return outgoing[position].atLeast = request.atLeast }
            if offer.position.index >= request.atLeast {
                return replicas[slot].group.snapshotStarted(to: to.replica, index: offer.position.index)
            }
            abandon(position)
        }
        guard isHeard(to.node, now: now) else {
            return replicas[slot].group.snapshotFailed(to: to.replica, now: now)
        }
        makeWay(now: now)
        guard outgoing.count < limits.snapshotsOutMax else {
            return replicas[slot].group.snapshotFailed(to: to.replica, now: now)
        }
        let transfer = SnapshotTransfer(boot &+ nextNumber)
        nextNumber &+= 1
        outgoing.append(
            OutgoingSnapshot(
                transfer: transfer, shard: shard, from: replicas[slot].group.member, to: to,
                atLeast: request.atLeast, heardAt: now))
        effects.snapshotTasks.append(.open(transfer, shard))
    }

    /// Whether a node can be expected to take a snapshot: a connection to a machine that is off may stay for long.
    private func isHeard(_ node: NodeID, now: Instant) -> Bool {
        peers[node]?.isConnected == true && now - neighbourhood[node].heardAt <= limits.snapshotReach
    }

    /// Where all are under way, those to nodes that are not heard keep nobody else waiting.
    private mutating func makeWay(now: Instant) {
        guard outgoing.count >= limits.snapshotsOutMax else { return }
        guard let position = outgoing.firstIndex(where: { !isHeard($0.to.node, now: now) }) else { return }
        fail(position, now: now)
    }

    /// The store's snapshot is there: it is offered if it will do.
    mutating func opened(_ transfer: SnapshotTransfer, _ offer: SnapshotOffer, now: Instant) {
        guard let position = outgoing.firstIndex(where: { $0.transfer == transfer }) else { return }
        let to = outgoing[position].to
        guard offer.position.index >= outgoing[position].atLeast,
            offer.descriptor.configuration.member(to.replica) == to
        else { return fail(position, now: now) }
        outgoing[position].offer = offer
        if let slot = sendingSlot(position) {
            replicas[slot].group.snapshotStarted(to: to.replica, index: offer.position.index)
        }
        self.offer(position, now: now)
    }

    private mutating func offer(_ position: Int, now: Instant) {
        guard let offer = outgoing[position].offer else { return }
        outgoing[position].phase = .offered
        outgoing[position].offeredAt = now
        tell(position, .offer(offer))
    }

    private mutating func tell(_ position: Int, _ message: SnapshotMessage) {
        let snapshot = outgoing[position]
        effects.snapshotMessages.append(
            SnapshotEnvelope(
                shard: snapshot.shard, from: snapshot.from, to: snapshot.to, transfer: snapshot.transfer,
                message: message))
    }

    /// The replica that is sent from, if it is still here: only its group keeps the log and goes on from there.
    private func sendingSlot(_ position: Int) -> Int? {
        guard let slot = slots[outgoing[position].shard],
            replicas[slot].group.member == outgoing[position].from
        else { return nil }
        return slot
    }

    // MARK: The stream

    /// The next chunk was read.
    mutating func read(_ transfer: SnapshotTransfer, _ chunk: SnapshotChunk, now: Instant) {
        guard let position = outgoing.firstIndex(where: { $0.transfer == transfer }) else { return }
        outgoing[position].isReading = false
        outgoing[position].read = chunk.progress
        outgoing[position].unacknowledged.append(chunk)
        snapshotAllowance -= chunk.bytes.readableBytes
        if outgoing[position].phase == .streaming { tell(position, .chunk(chunk)) }
        pump(position)
    }

    /// All chunks were read.
    mutating func ended(_ transfer: SnapshotTransfer, _ totals: SnapshotTotals) {
        guard let position = outgoing.firstIndex(where: { $0.transfer == transfer }) else { return }
        outgoing[position].isReading = false
        outgoing[position].totals = totals
        if outgoing[position].phase == .streaming { tell(position, .last(totals)) }
    }

    /// Has the next chunk read if the receiver has room for it and the rate allows.
    private mutating func pump(_ position: Int) {
        let snapshot = outgoing[position]
        guard snapshot.phase == .streaming, !snapshot.isReading, snapshot.totals == nil, snapshotAllowance > 0,
            snapshot.unacknowledged.count < limits.snapshotWindowChunks
        else { return }
        outgoing[position].isReading = true
        effects.snapshotTasks.append(.read(snapshot.transfer))
    }

    /// What the receiver says.
    mutating func receiverSaid(_ envelope: SnapshotEnvelope, now: Instant) {
        guard
            let position = outgoing.firstIndex(where: {
                $0.transfer == envelope.transfer && $0.to == envelope.from && $0.shard == envelope.shard
            })
        else { return }
        switch envelope.message {
        case .accept(let progress): goOn(position, from: progress, now: now)
        case .acknowledge(let number):
            guard outgoing[position].acknowledge(through: number) else { return }
            outgoing[position].heardAt = now
            pump(position)
        case .installed(let index):
            guard index == outgoing[position].offer?.position.index else { return }
            succeed(position, at: index, now: now)
        case .refuse(let refusal): refused(position, refusal, now: now)
        case .offer, .chunk, .last, .abandon: break
        }
    }

    /// The receiver takes it, and has this much: the rest follows.
    private mutating func goOn(_ position: Int, from progress: SnapshotProgress, now: Instant) {
        guard outgoing[position].phase == .offered else { return }
        // It has lost what it had, or holds another stream: a new one is asked for.
        guard outgoing[position].continues(progress) else {
            tell(position, .abandon)
            return fail(position, now: now)
        }
        outgoing[position].phase = .streaming
        outgoing[position].heardAt = now
        for chunk in outgoing[position].unacknowledged where chunk.progress.chunks > progress.chunks {
            tell(position, .chunk(chunk))
        }
        if let totals = outgoing[position].totals { tell(position, .last(totals)) }
        pump(position)
    }

    private mutating func refused(_ position: Int, _ refusal: SnapshotRefusal, now: Instant) {
        switch refusal {
        case .stale(let commit): succeed(position, at: commit, now: now)
        case .underWay(let index):
            // Another leader's: that one is waited for if the log reaches it, and asked about now and then.
            guard outgoing[position].phase == .offered else { return }
            outgoing[position].heardAt = now
            guard let slot = sendingSlot(position) else { return }
            replicas[slot].group.snapshotStarted(to: outgoing[position].to.replica, index: index)
        case .busy, .notAMember, .tombstoned, .overlaps, .broken: fail(position, now: now)
        }
    }

    // MARK: The end

    private mutating func succeed(_ position: Int, at index: LogIndex, now: Instant) {
        if let slot = sendingSlot(position) {
            replicas[slot].group.snapshotSent(to: outgoing[position].to.replica, index: index, now: now)
            touch(slot)
        }
        counters.snapshotsSent += 1
        remove(position)
    }

    /// The group asks again after a while.
    private mutating func fail(_ position: Int, now: Instant) {
        if let slot = sendingSlot(position) {
            replicas[slot].group.snapshotFailed(to: outgoing[position].to.replica, now: now)
            touch(slot)
        }
        remove(position)
    }

    private mutating func abandon(_ position: Int) {
        tell(position, .abandon)
        remove(position)
    }

    private mutating func remove(_ position: Int) {
        effects.snapshotTasks.append(.close(outgoing[position].transfer))
        outgoing.remove(at: position)
    }

    /// The store could not be read.
    mutating func unreadable(_ transfer: SnapshotTransfer, now: Instant) {
        guard let position = outgoing.firstIndex(where: { $0.transfer == transfer }) else { return }
        tell(position, .abandon)
        fail(position, now: now)
    }

    /// Nothing more is sent from this replica.
    mutating func abandonSnapshots(from name: Member, of shard: ShardID) {
        for position in outgoing.indices.reversed()
        where outgoing[position].shard == shard && outgoing[position].from == name {
            abandon(position)
        }
    }

    /// The peer's process is a new one: it knows nothing of what was sent, and the groups begin anew with it.
    mutating func forgetSnapshots(to peer: NodeID) {
        for position in outgoing.indices.reversed() where outgoing[position].to.node == peer { remove(position) }
    }

    /// There is a new connection to the peer: what was on its way on the old one goes on from where it arrived.
    mutating func resumeSnapshots(to peer: NodeID, now: Instant) {
        for position in outgoing.indices where outgoing[position].to.node == peer { offer(position, now: now) }
    }

    /// Every control interval: the rate's allowance, unanswered offers, and streams that stand still.
    mutating func tendOutgoing(now: Instant) {
        let elapsed = max(0, min(1_000, (now - snapshotsTendedAt).milliseconds))
        snapshotsTendedAt = now
        let rate = limits.snapshotBytesPerSecond
        snapshotAllowance = min(rate / 8, snapshotAllowance + rate / 1_000 * Int(elapsed))
        for position in outgoing.indices.reversed() {
            let snapshot = outgoing[position]
            if now - snapshot.heardAt > limits.snapshotSilence {
                tell(position, .abandon)
                fail(position, now: now)
            } else if snapshot.phase == .offered, now - snapshot.offeredAt > limits.snapshotOfferInterval {
                offer(position, now: now)
            } else {
                pump(position)
            }
        }
    }
}
