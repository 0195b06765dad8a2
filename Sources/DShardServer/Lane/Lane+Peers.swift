import Host
import Logging
import NIOCore
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
        host.oldestSyncMilliseconds = logWriter?.oldestMilliseconds(now: now) ?? 0
        if let step = host.controlTick(now: now) { telemetry.log.notice("cluster clock set by \(step) ms") }
        for node in host.peerNodes where links?.isConnected(node) == true {
            if let frame = host.controlFrame(to: node, now: now) { send(frame, to: node) }
        }
        links?.flushAll()
        if host.hasWork { scheduleTurn() }
    }

    /// BOOTTIME and MONOTONIC further apart than this since the last look: the machine slept (rule 6).
    private static let clockDisagreement = Interval.milliseconds(10)

    private func send(_ frame: ControlFrame, to node: NodeID) {
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
            if let answer = host.receive(control, from: node, now: now) {
                send(answer, to: node)
                links?.flushAll()
            }
            if host.hasWork { scheduleTurn() }
        default:
            throw .unknownKind(frame.kind)
        }
    }

    func peerConnected(_ node: NodeID, boot: UInt64) {
        host.connected(node, boot: boot, now: SteadyClock.now())
        // The first frame at once: a promise renewed 50 ms earlier is an election avoided.
        if let frame = host.controlFrame(to: node, now: SteadyClock.now()) { send(frame, to: node) }
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

    /// Completions of the applier.
    func applied(_ batches: [AppliedBatch]) {
        host.applied(batches, now: SteadyClock.now())
        turn()
    }
}

extension Lane {
    func loaded(_ task: LoadTask, _ entries: [Entry<EncodedEntry>]) {
        host.loaded(task, entries: entries, now: SteadyClock.now())
        scheduleTurn()
    }

    func setAdmission(_ admission: Admission) {
        telemetry.log.notice("admission: \(admission)")
        host.admission = admission
    }
}
