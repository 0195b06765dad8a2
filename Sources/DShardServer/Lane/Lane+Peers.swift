import Host
import Logging
import NIOCore
import NIOPosix
import Raft
import Transport
import Wire

extension Lane {
    /// Messages of all shards to one node leave as one frame per connection. Appends go over the bulk connection,
    /// all of them: so they stay in order, and never hold up a vote or a heartbeat (rule 11).
    func send(_ messages: [PeerEnvelope]) {
        guard !messages.isEmpty, let links else { return }
        var batches: [(node: NodeID, channel: PeerChannel, builder: RaftFrameBuilder)] = []
        for envelope in messages {
            let channel = Self.channel(of: envelope.message)
            let node = envelope.to.node
            if let position = batches.firstIndex(where: { $0.node == node && $0.channel == channel }) {
                if batches[position].builder.append(envelope) { continue }
                links.send(batches[position].builder.finish(), to: node, channel: channel)
                batches[position].builder.append(envelope)
            } else {
                var builder = RaftFrameBuilder()
                builder.append(envelope)
                batches.append((node, channel, builder))
            }
        }
        for (node, channel, var builder) in batches where !builder.isEmpty {
            links.send(builder.finish(), to: node, channel: channel)
        }
    }

    private static func channel(of message: Message<EncodedEntry>) -> PeerChannel {
        switch message {
        case .append, .appendReply: .bulk
        case .voteRequest, .voteReply, .heartbeat, .heartbeatReply, .timeoutNow: .control
        }
    }

    /// Every `controlInterval`: one frame per peer for all groups (rule 7), and the node-level clockwork.
    func controlTick() {
        let now = SteadyClock.now()
        let suspended = SteadyClock.suspended()
        if suspended.nanoseconds - suspendedBefore.nanoseconds > Self.clockDisagreement.nanoseconds {
            host.dropLeases(now: now)
            suspendedBefore = suspended
        }
        takeApplied()
        watchSync(now: now)
        if let forgotten = host.forgottenNumber {
            // Its disk was rolled back: it may have forgotten a vote or an entry, so it must take no part (rule 14).
            return onForgotten(forgotten)
        }
        if let step = host.controlTick(now: now) { telemetry.log.notice("cluster clock set by \(step) ms") }
        for node in host.peerNodes where links?.isConnected(node) == true {
            if let frame = host.controlFrame(to: node, now: now) { send(frame, to: node) }
        }
        links?.flushAll()
        if host.hasWork { scheduleTurn() }
    }

    /// A sync that hangs: leaderships go elsewhere, which needs no disk; much later the process ends (rule 38).
    private func watchSync(now: Instant) {
        let oldest = logWriter?.oldestMilliseconds(now: now) ?? 0
        host.oldestSyncMilliseconds = oldest
        host.syncedNumber = syncedNumber()
        guard oldest > host.limits.slowSyncMilliseconds else { return }
        if oldest > Self.hungSyncMilliseconds { return onFatal("a log sync has not returned for \(oldest) ms", false) }
        _ = host.handOver(now: now)
        scheduleTurn()
    }

    private static let hungSyncMilliseconds: UInt32 = 20_000

    /// BOOTTIME and MONOTONIC further apart than this since the last look: the machine slept (rule 6).
    private static let clockDisagreement = Interval.milliseconds(10)

    func send(_ frame: ControlFrame, to node: NodeID) {
        links?.sendFrame(to: node, channel: .control) { buffer in frame.encode(into: &buffer) }
    }

    /// A frame of a peer; the clock is read after its bytes arrived, so no promise begins before it was asked for.
    func received(_ frame: Frame, from node: NodeID) throws(WireError) {
        let now = SteadyClock.now()
        switch frame.kind {
        case FrameKind.raft:
            for envelope in try RaftFrame.decode(frame) { host.receive(envelope, from: node, now: now) }
            scheduleTurn()
        case FrameKind.control:
            let control = try ControlFrame.decode(frame)
            host.receive(control, from: node, now: now)
            scheduleTurn()
        case FrameKind.snapshot:
            host.receive(try SnapshotEnvelope.decode(frame), from: node, now: now)
            scheduleTurn()
        case FrameKind.notice: hear(try ReplicaNotice.decode(frame), from: node)
        case FrameKind.placement: membership?.placement?.hear(try PlacementReport.decode(frame), from: node)
        default:
            throw .unknownKind(frame.kind)
        }
    }

    func peerConnected(_ node: NodeID, boot: UInt64, isControl: Bool) {
        host.connected(node, boot: boot, isControl: isControl, now: SteadyClock.now())
        // The first frame at once: a promise renewed 50 ms earlier is an election avoided.
        if isControl, let frame = host.controlFrame(to: node, now: SteadyClock.now()) { send(frame, to: node) }
        scheduleTurn()
    }

    func peerDisconnected(_ node: NodeID, closedByPeer: Bool) {
        host.disconnected(node, closedByPeer: closedByPeer, now: SteadyClock.now())
        scheduleTurn()
    }

    /// Completions of the log writer.
    func persisted(_ tokens: [PersistedReplica], writes: Int) {
        host.persisted(tokens, writes: writes, now: SteadyClock.now())
        // Not by way of a scheduled turn: this is already its own task, after the tick's I/O.
        turn()
    }

    /// Completions of the applier, if there are any.
    func takeApplied() {
        guard let batches = applyWorker?.takeApplied(), !batches.isEmpty else { return }
        host.applied(batches, now: SteadyClock.now())
    }
}

extension Lane {
    func loaded(_ task: LoadTask, _ entries: [Entry<EncodedEntry>]) {
        host.loaded(task, entries: entries, now: SteadyClock.now())
        scheduleTurn()
    }

    /// What the store's state lets the host accept from now on; `refusesAppends` for followers too (rule 38).
    func setAdmission(_ admission: Admission, refusesAppends: Bool) {
        telemetry.log.notice("admission: \(admission)\(refusesAppends ? ", followers take no entries" : "")")
        host.admission = admission
        if refusesAppends != self.refusesAppends {
            self.refusesAppends = refusesAppends
            host.markDiskFull(refusesAppends)
            scheduleTurn()
        }
    }
}
