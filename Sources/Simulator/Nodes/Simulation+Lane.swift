import Host
import NIOCore
import Raft
import Storage
import Wire

/// What the server's lane does with the host's effects, in the same order.
extension Simulation {
    func scheduleTurn(_ node: SimulatedNode) {
        guard !node.isTurnScheduled else { return }
        node.isTurnScheduled = true
        // What arrives within the same tick comes before the turn.
        after(processes.draw(mix.tick) * node.laneSlowness, on: node) { [unowned self] in turn(node) }
    }

    func turn(_ node: SimulatedNode) {
        node.isTurnScheduled = false
        takeApplied(node)
        let effects = node.host.turn(now: instant(node))
        // An entry was stamped, perhaps, by a clock that will be set right before the next tick.
        if node.wallError > 0 { checkTime(node) }
        trace.note(.turn, now, node.id.rawValue, UInt64(effects.messages.count << 8 | effects.answers.count))
        checker.turned(node, effects, self)
        node.turnedAt = now
        send(effects.messages, from: node)
        for answer in effects.control {
            if let peer = self.node(answer.peer) { send(answer.frame, from: node, to: peer) }
        }
        if let write = effects.logWrite {
            node.logMailbox.append(write)
            writeLog(node)
        }
        let work = ApplyWork.of(effects)
        if !work.isEmpty {
            node.applyMailbox += work
            applyNext(node)
        }
        performReplicaWork(effects, node)
        for task in effects.loads { load(task, node) }
        for answer in effects.answers { respond(answer, from: node) }
        for task in effects.reads { serve(task, node) }
        if node.asking({ $0.hasWork }) { scheduleTurn(node) }
        scheduleWakeUp(node)
    }

    private func scheduleWakeUp(_ node: SimulatedNode) {
        let deadline = node.asking { $0.deadline }
        guard deadline != .distantFuture else { return }
        let time = deadline == .distantPast ? now : max(now, node.clock.global(of: deadline))
        // An earlier one looks again: deadlines mostly move on.
        guard time < node.wakeUpAt else { return }
        node.wakeUpAt = time
        schedule(at: time, on: node) { [unowned self] in
            guard node.wakeUpAt == time else { return }
            node.wakeUpAt = .max
            guard node.asking({ $0.deadline }) > instant(node) else { return scheduleTurn(node) }
            scheduleWakeUp(node)
        }
    }

    /// Every 50 ms of the process's life.
    func controlTick(_ node: SimulatedNode) {
        let now = instant(node)
        takeApplied(node)
        let oldest = node.logBusySince.map { UInt32(clamping: (now - $0).milliseconds) } ?? 0
        node.host.oldestSyncMilliseconds = oldest
        node.host.syncedNumber = node.engine.syncedNumber
        if let forgotten = node.host.forgottenNumber {
            return fail("node \(node.id) is told to have forgotten log write \(forgotten), and has not")
        }
        if oldest > limits.slowSyncMilliseconds {
            probes.hit(.leadershipMoved)
            _ = node.host.handOver(now: now)
        }
        _ = node.host.controlTick(now: now)
        checkTime(node)
        checkVersions(node)
        ranges.checkDisjoint(node.host.replicas.filter { !$0.isRetired }.map(\.descriptor), node, self)
        for peer in nodes where connection(node, peer, .control) != 0 {
            if let frame = node.host.controlFrame(to: peer.id, now: now) { send(frame, from: node, to: peer) }
        }
        if node.asking({ $0.hasWork }) { scheduleTurn(node) }
        after(50_000, on: node) { [unowned self] in controlTick(node) }
    }
}
