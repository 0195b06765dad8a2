import Control
import Host
import Keyspace
import Logging
import NIOCore
import NIOPosix
import Raft
import Storage
import Transport
import Wire

/// Snapshots, changes of members, and replicas that may have forgotten something.
extension Lane {
    /// Sends what a turn has to say about replicas, and has the rest done.
    func performReplicaWork(_ effects: Effects) {
        for envelope in effects.snapshotMessages {
            links?.sendFrame(to: envelope.to.node, channel: .bulk) { buffer in envelope.encode(into: &buffer) }
        }
        for (peer, notice) in effects.notices { send(notice, to: peer) }
        if !effects.snapshotTasks.isEmpty { snapshotWorker?.submit(effects.snapshotTasks) }
        for suspect in effects.suspicions { note(suspect) }
        for check in effects.checks { note(check) }
        for (shard, position) in effects.scansOver { scanWorker?.giveUp(shard, at: position) }
        for name in effects.cleared {
            telemetry.log.notice("a suspect replica is gone", metadata: ["shard": "\(name.shard)"])
            onCleared(name)
        }
    }

    func send(_ notice: ReplicaNotice, to peer: NodeID) {
        // This node may lead the system shard itself.
        guard peer != identity.node else { return loop.execute { [self] in hear(notice, from: peer) } }
        links?.sendFrame(to: peer, channel: .control) { buffer in notice.encode(into: &buffer) }
    }

    func hear(_ notice: ReplicaNotice, from peer: NodeID) {
        switch notice {
        case .report(let descriptor):
            membership?.placement?.learn(descriptor)
            membership?.record(descriptor) { [self] epoch in
                send(.reported(shard: descriptor.shard, epoch), to: peer)
                scheduleTurn()
            }
        case .reserve(let number):
            membership?.reserveShard { [self] shard in
                send(.reserved(number: number, shard), to: peer)
                scheduleTurn()
            }
        case .reserved(let number, let shard):
            // Only who may lead the system shard gives out ids.
            guard host.systemShard?.configuration.voters.contains(where: { $0.node == peer }) == true else { return }
            reserved(number, shard)
        case .split(let number, let request): split(request, number: number, for: peer)
        case .call(let term, let isForAll): membership?.placement?.report(to: peer, term: term, isForAll: isForAll)
        case .changed(let number, let descriptor) where number & Controller.numberBit != 0:
            membership?.placement?.answered(number, .success(descriptor))
        case .refused(let number, let error) where number & Controller.numberBit != 0:
            membership?.placement?.answered(number, .failure(error))
        default: host.receive(notice, from: peer, now: SteadyClock.now())
        }
        scheduleTurn()
    }

    /// What became of a snapshot's task.
    func completed(_ event: SnapshotEvent) {
        switch event {
        case .unreadable(_, let shard, let error) where error.consequence == .markReplica:
            suspect(shard, "it cannot be read for a snapshot: \(error)")
        case .unreadable(_, let shard, let error):
            telemetry.log.error("a snapshot cannot be read: \(error)", metadata: ["shard": "\(shard)"])
        case .installed(let key, let state):
            telemetry.log.notice(
                "installed a snapshot at index \(state.applied.appliedIndex)",
                metadata: ["shard": "\(state.descriptor.shard)", "from": "\(key.peer)"])
        case .malformed(let key):
            telemetry.log.error("a snapshot makes no sense", metadata: ["from": "\(key.peer)"])
        case .opened(_, let offer):
            telemetry.log.info(
                "sending a snapshot at index \(offer.position.index)",
                metadata: ["shard": "\(offer.descriptor.shard)"])
        case .read, .ended, .staged: break
        }
        takeApplied()
        host.completed(event, now: SteadyClock.now())
        scheduleTurn()
    }

    /// The applier has made a replica's end durable.
    func destroyed(_ name: LogName) {
        telemetry.log.notice("a replica was destroyed", metadata: ["shard": "\(name.shard)"])
        // What it has split off was applied before its end, and takes a part of its keys.
        takeApplied()
        host.destroyed([name])
        scheduleTurn()
    }

    /// Takes a replica out of service whose data or log cannot be believed (rule 15); the rest of the node goes on.
    func suspect(_ shard: ShardID, _ reason: String) {
        host.suspect(shard, reason)
        scheduleTurn()
    }

    private func note(_ suspect: SuspectReplica) {
        telemetry.log.critical(
            "a replica is out of service: \(suspect.reason)", metadata: ["shard": "\(suspect.name.shard)"])
        onSuspect(suspect)
    }
}
