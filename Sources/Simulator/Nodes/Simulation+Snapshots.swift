import Control
import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Snapshots and notices, and the thread that reads and stages snapshots.
extension Simulation {
    func performReplicaWork(_ effects: Effects, _ node: SimulatedNode) {
        for envelope in effects.snapshotMessages {
            guard let peer = self.node(envelope.to.node) else { continue }
            noteSnapshot(envelope)
            var buffer = ByteBuffer()
            envelope.encode(into: &buffer)
            post(.bytes(buffer, isCorrupt: false), from: node, to: peer, .bulk)
        }
        for (id, notice) in effects.notices {
            guard let peer = self.node(id) else { continue }
            if case .merge(let merge) = notice { note(merge, from: node, to: peer) }
            send(notice, from: node, to: peer)
        }
        for suspect in effects.suspicions { suspected(suspect, node) }
        for name in effects.cleared { cleared(name, node) }
        giveUpScans(effects.scansOver, node)
        guard !effects.snapshotTasks.isEmpty else { return }
        node.snapshotMailbox += effects.snapshotTasks
        snapshotNext(node)
    }

    func send(_ notice: ReplicaNotice, from node: SimulatedNode, to peer: SimulatedNode) {
        // This node may lead the system shard itself.
        guard peer !== node else { return after(0, on: node) { [unowned self] in hear(notice, from: node, on: node) } }
        var buffer = ByteBuffer()
        notice.encode(into: &buffer)
        post(.bytes(buffer, isCorrupt: false), from: node, to: peer, .control)
    }

    /// As in the server, what concerns the system shard's rows is not the host's.
    func hear(_ notice: ReplicaNotice, from peer: SimulatedNode, on node: SimulatedNode) {
        defer { scheduleTurn(node) }
        guard !hearPlacement(notice, from: peer, on: node) else { return }
        guard case .report(let descriptor) = notice else {
            return node.host.receive(notice, from: peer.id, now: instant(node))
        }
        node.placement.controller?.learn(descriptor)
        // The system shard's rows are read and written meanwhile, now and then for seconds.
        let pause = reportChance.happens(percent: 10) ? reportChance.draw(0...4_000_000) : reportChance.draw(0...3_000)
        after(pause, on: node) { [unowned self] in
            guard let epoch = reported(descriptor, to: node) else { return }
            send(.reported(shard: descriptor.shard, epoch), from: node, to: peer)
        }
    }

    private func noteSnapshot(_ envelope: SnapshotEnvelope) {
        switch envelope.message {
        case .offer(let offer):
            if let mistake = checker.mistake(in: offer) ?? ranges.mistake(in: offer) {
                fail("shard \(envelope.shard): \(envelope.from) offers a snapshot at \(offer.position) \(mistake)")
            }
            if offer.descriptor.configuration.isJoint { probes.hit(.jointSnapshot) }
            if let receiver = self.node(envelope.to.node),
                offer.merge.absorbed.contains(where: { receiver.member(of: $0) != nil })
            {
                probes.hit(.absorbedInSnapshot)
            }
        case .accept(let progress) where progress.chunks > 0: probes.hit(.snapshotResumed)
        case .installed: probes.hit(.snapshotInstalled)
        default: break
        }
    }

    private func snapshotNext(_ node: SimulatedNode) {
        guard !node.isSnapshotting, !node.snapshotMailbox.isEmpty else { return }
        node.isSnapshotting = true
        let pause = processes.happens(percent: 5) ? processes.draw(1_000...30_000) : processes.draw(20...500)
        after(pause, on: node) { [unowned self] in
            let task = node.snapshotMailbox.removeFirst()
            if case .open(_, let shard) = task { noticeBeforeSpreading(shard, node) }
            if case .install = task { guard reachesDisk(node) else { return } }
            storing(node) {
                guard let event = try node.workshop.perform(task) else { return }
                compareSnapshot(event, node)
                // Done, but the lane does not know yet.
                after(processes.draw(0...500) * node.laneSlowness, on: node) { [unowned self] in
                    completed(event, node)
                }
            }
            node.isSnapshotting = false
            snapshotNext(node)
        }
    }

    /// I14 and I34: what is installed is what was there when the snapshot was opened, sessions included.
    private func compareSnapshot(_ event: SnapshotEvent, _ node: SimulatedNode) {
        switch event {
        case .opened(let transfer, let offer):
            guard let state = node.applier.state(of: offer.descriptor.shard) else { return }
            snapshotDigests[transfer] = digest(of: state, on: node)
        case .installed(let key, let state):
            guard let expected = snapshotDigests.removeValue(forKey: key.transfer) else { return }
            if digest(of: state, on: node) != expected {
                fail("shard \(state.descriptor.shard): node \(node.id) installed another state than was sent")
            }
        default: break
        }
    }

    private func completed(_ event: SnapshotEvent, _ node: SimulatedNode) {
        if case .malformed(let key) = event { fail("node \(node.id) cannot read a snapshot of node \(key.peer)") }
        guard case .installed(_, let state) = event else {
            node.host.completed(event, now: instant(node))
            return scheduleTurn(node)
        }
        let name = LogName(shard: state.descriptor.shard, replica: state.replica)
        let base = LogPosition(index: state.applied.baseIndex, term: state.applied.baseTerm)
        let offer = SnapshotOffer(
            position: base, descriptor: state.descriptor, lastVersion: state.applied.lastVersion,
            chain: state.applied.chain.rawValue, merge: state.merge)
        let former = node.member(of: name.shard)
        let keepsLog = node.host.replica(of: name.shard)?.group.termAt(base.index) == base.term
        checker.installed(offer, as: name, keepsLog: keepsLog)
        node.host.completed(event, now: instant(node))
        if former == nil, node.member(of: name.shard)?.replica == name.replica {
            probes.hit(.replicaBegan)
            checker.members.begins(name, on: node.id, self)
        }
        scheduleTurn(node)
    }
}
