import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// What the server's lane and its threads do.
extension HostCluster {
    func scheduleTurn(_ node: ClusterNode) {
        guard !node.isTurnScheduled else { return }
        node.isTurnScheduled = true
        // What arrives within the same tick comes before the turn.
        after(random.draw(0...200), on: node) { [self] in turn(node) }
    }

    func turn(_ node: ClusterNode) {
        node.isTurnScheduled = false
        let effects = node.host.turn(now: instant(node))
        if let write = effects.logWrite {
            node.logWrites += 1
            node.logMailbox.append(write)
            writeLog(node)
        }
        for answer in effects.control { send(answer.frame, from: node, to: nodes[Int(answer.peer.rawValue) - 1]) }
        send(effects.messages, from: node)
        let work = ApplyWork.of(effects)
        if !work.isEmpty {
            node.applyMailbox += work
            applyNext(node)
        }
        performReplicaWork(effects, node)
        for task in effects.loads { load(task, node) }
        for answer in effects.answers { respond(answer, from: node) }
        for task in effects.reads { serve(task, node) }
        noteLeaders(node)
        if node.host.hasWork { scheduleTurn(node) }
        scheduleWakeUp(node)
    }

    private func scheduleWakeUp(_ node: ClusterNode) {
        let deadline = node.host.deadline
        guard deadline != .distantFuture else {
            node.wakeUpAt = .max
            return
        }
        let time = deadline == .distantPast ? now : max(now, node.clock.global(of: deadline))
        guard time != node.wakeUpAt else { return }
        node.wakeUpAt = time
        schedule(at: time, on: node) { [self] in
            guard node.wakeUpAt == time else { return }
            node.wakeUpAt = .max
            scheduleTurn(node)
        }
    }

    /// Every 50 ms of the node's life, as long as it lives.
    func controlTick(_ node: ClusterNode) {
        let now = instant(node)
        node.host.oldestSyncMilliseconds = node.logBusySince.map { UInt32(clamping: (now - $0).milliseconds) } ?? 0
        _ = node.host.controlTick(now: now)
        for peer in nodes where node.connections[peer.position] != 0 {
            if let frame = node.host.controlFrame(to: peer.id, now: now) { send(frame, from: node, to: peer) }
        }
        if node.host.hasWork { scheduleTurn(node) }
        after(50_000, on: node) { [self] in controlTick(node) }
    }

    // MARK: Log

    /// Everything that waits becomes one batch and one sync; durable when the sync is over, not before.
    private func writeLog(_ node: ClusterNode) {
        guard node.logBusySince == nil, !node.logMailbox.isEmpty else { return }
        node.logBusySince = instant(node)
        let writes = node.logMailbox
        node.logMailbox = []
        after(random.draw(0...100), on: node) { [self] in
            storing(node) {
                for batch in LogBatch.merged(writes.map(\.batch)) { try node.engine.write(batch) }
            }
            let slow = random.chance(2) ? 20 : 1
            after(random.draw(100...900) * slow * Int(node.diskSlowness), on: node) { [self] in synced(writes, node) }
        }
    }

    private func synced(_ writes: [LogWrite], _ node: ClusterNode) {
        storing(node) { try node.engine.sync() }
        node.logBusySince = nil
        // The completion is a task of the lane: it may come later than other news.
        after(random.draw(0...300), on: node) { [self] in
            node.host.persisted(writes.flatMap(\.tokens), writes: writes.count, now: instant(node))
            turn(node)
        }
        writeLog(node)
    }

    private func load(_ task: LoadTask, _ node: ClusterNode) {
        after(random.draw(50...3_000), on: node) { [self] in
            let entries = try? node.engine.read(
                shard: task.shard, replica: task.replica, from: task.load.from, through: task.load.through,
                byteLimit: task.load.byteLimit)
            node.host.loaded(task, entries: entries ?? [], now: instant(node))
            scheduleTurn(node)
        }
    }

    // MARK: Apply

    private func applyNext(_ node: ClusterNode) {
        guard !node.isApplying, !node.applyMailbox.isEmpty else { return }
        node.isApplying = true
        after(random.draw(20...(random.chance(5) ? 20_000 : 800)), on: node) { [self] in
            // What came in the meantime is in the same batch, or not.
            let work = Array(node.applyMailbox.prefix(random.draw(1...node.applyMailbox.count)))
            var taken = 0
            let round = ApplyWork.nextRound(of: work, from: &taken, byteGoal: .max)
            node.applyMailbox.removeFirst(taken)
            perform(round, node)
            node.isApplying = false
            applyNext(node)
        }
    }

    private func perform(_ round: ApplyWork.Round, _ node: ClusterNode) {
        switch round {
        case .entries(let tasks):
            let applied = apply(tasks, node)
            // Written, but the lane does not know yet.
            after(random.draw(0...400), on: node) { [self] in
                node.host.applied(applied, now: instant(node))
                turn(node)
            }
        case .change(let change):
            storing(node) {
                let batch = node.engine.makeBatch()
                let followed = try node.applier.follow(change, store: node.engine, batch: batch)
                if batch.count > 0 { try node.engine.write(batch, writer: 1) }
                guard let destroyed = followed.ended else { return }
                try node.engine.sync()
                after(random.draw(0...400), on: node) { [self] in
                    node.destroyed.append(destroyed)
                    if let applied = followed.applied { node.host.applied([applied], now: instant(node)) }
                    node.host.destroyed([destroyed])
                    scheduleTurn(node)
                }
            }
        }
    }

    private func apply(_ tasks: [ApplyTask], _ node: ClusterNode) -> [AppliedBatch] {
        var results: [AppliedBatch] = []
        storing(node) {
            let batch = node.engine.makeBatch()
            for var task in tasks {
                let wantsOutcomes = task.wantsOutcomes
                task.wantsOutcomes = true
                guard var result = try node.applier.apply(task, store: node.engine, batch: batch) else { continue }
                history.note(result, node: node.id)
                if !wantsOutcomes { result.entries = [] }
                results.append(result)
            }
            try node.engine.write(batch, writer: 1)
            for result in results {
                for check in result.checks where check.wantsScan { try scan(result.name, check, node) }
            }
        }
        return results
    }

    func storing(_ node: ClusterNode, _ body: () throws -> Void) {
        do { try body() } catch { history.fail("node \(node.id): \(error)") }
    }

    private func noteLeaders(_ node: ClusterNode) {
        for replica in node.host.replicas where replica.group.role == .leader {
            history.noteLeader(node.id, of: replica.descriptor.shard, term: replica.group.term)
        }
    }

    // MARK: Reads

    /// From memory at once, or by the read pool a little later.
    private func serve(_ task: ReadTask, _ node: ClusterNode) {
        let applied = node.host.replica(of: task.generation.shard)?.lastVersionApplied ?? .zero
        let cluster = node.host.clock.milliseconds(at: node.host.lastTurn)
        for read in task.reads {
            guard random.chance(30) else {
                finish(read, task.generation, node, applied.milliseconds, cluster)
                continue
            }
            after(random.draw(10...2_000), on: node) { [self] in
                guard node.host.isCurrent(task.generation) else {
                    return respond(
                        Answer(reference: read.reference, body: .failure(.epochMismatch([]))), from: node)
                }
                finish(read, task.generation, node, applied.milliseconds, cluster)
            }
        }
    }

    private func finish(
        _ read: PendingRead, _ generation: ReadGeneration, _ node: ClusterNode, _ applied: UInt64, _ cluster: UInt64
    ) {
        guard case .get(let get) = read.body else { return }
        var list = ValueList()
        var isDue = false
        storing(node) {
            for key in get.keys.keys {
                guard let stored = try Rows.between(key.bytes, key.successor.bytes, in: node.engine).first?.value,
                    let header = try? stored.withBytes({ try DataValue.decode($0) })
                else {
                    list.appendAbsent()
                    continue
                }
                if let expiry = header.expiry, expiry <= cluster, expiry > applied { isDue = true }
                if let expiry = header.expiry, expiry <= applied {
                    list.appendAbsent()
                } else {
                    list.append(version: header.version, value: Array(stored[header.valueOffset...]))
                }
            }
        }
        if isDue {
            node.host.readAfterStamp(read, generation, now: instant(node))
            scheduleTurn(node)
        } else {
            respond(Answer(reference: read.reference, body: .values(list)), from: node)
        }
    }
}
