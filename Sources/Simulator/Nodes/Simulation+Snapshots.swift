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
        for (id, notice) in effects.notices where id != node.id {
            guard let peer = self.node(id) else { continue }
            var buffer = ByteBuffer()
            notice.encode(into: &buffer)
            post(.bytes(buffer, isCorrupt: false), from: node, to: peer, .control)
        }
        if let suspect = effects.suspicions.first {
            fail("node \(node.id) suspects \(suspect.name): \(suspect.reason)")
        }
        guard !effects.snapshotTasks.isEmpty else { return }
        node.snapshotMailbox += effects.snapshotTasks
        snapshotNext(node)
    }

    private func noteSnapshot(_ envelope: SnapshotEnvelope) {
        switch envelope.message {
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
            storing(node) {
                guard let event = try node.workshop.perform(task) else { return }
                // Done, but the lane does not know yet.
                after(processes.draw(0...500) * node.laneSlowness, on: node) { [unowned self] in
                    completed(event, node)
                }
            }
            node.isSnapshotting = false
            snapshotNext(node)
        }
    }

    private func completed(_ event: SnapshotEvent, _ node: SimulatedNode) {
        switch event {
        case .installed(_, let state):
            let base = LogPosition(index: state.applied.baseIndex, term: state.applied.baseTerm)
            let offer = SnapshotOffer(
                position: base, descriptor: state.descriptor, lastVersion: state.applied.lastVersion)
            let keepsLog =
                node.host.replica(of: state.descriptor.shard)?.group.termAt(base.index) == base.term
            checker.installed(offer, keepsLog: keepsLog, node)
        case .malformed(let key): fail("node \(node.id) cannot read a snapshot of node \(key.peer)")
        default: break
        }
        node.host.completed(event, now: instant(node))
        scheduleTurn(node)
    }

    /// One of the applier's steps between entries.
    func follow(_ change: ApplyChange, _ node: SimulatedNode) {
        storing(node) {
            let batch = node.engine.makeBatch()
            let destroyed = node.applier.follow(change, batch: batch)
            if batch.count > 0 { try node.engine.write(batch, writer: 1) }
            if let destroyed { fail("node \(node.id) destroys \(destroyed), which nobody has removed") }
        }
    }
}
