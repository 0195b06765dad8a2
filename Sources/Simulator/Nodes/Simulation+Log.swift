import Host
import NIOCore
import Raft
import Storage
import Wire

/// The log writer's thread and the reading back of entries.
extension Simulation {
    /// Everything that waits becomes one batch and one sync; what the sync covers is settled when it begins, and
    /// durable when it is over, not before.
    func writeLog(_ node: SimulatedNode) {
        guard node.logBusySince == nil, !node.logMailbox.isEmpty else { return }
        node.logBusySince = instant(node)
        let writes = node.logMailbox
        node.logMailbox = []
        after(processes.draw(0...100), on: node) { [unowned self] in
            guard reachesDisk(node) else { return }
            storing(node) {
                for batch in LogBatch.merged(writes.map(\.batch)) {
                    try node.engine.write(batch)
                    checker.written(batch, node, self)
                    noteLogWrite(batch)
                }
            }
            let point = node.engine.syncPoint
            let tail = processes.happens(percent: 2) ? 20 : 1
            let length = min(processes.draw(80...600) * tail * node.diskSlowness * mix.syncFactor, Self.longestSync)
            after(length, on: node) { [unowned self] in
                synced(writes, point, node)
            }
        }
    }

    /// In microseconds. A node whose sync hangs for longer is as good as down, and ends itself in the end (rule 38):
    /// the phase in which a quorum must serve could not count on it.
    private static let longestSync = 4_000_000

    private func noteLogWrite(_ batch: LogBatch) {
        if !batch.truncations.isEmpty { probes.hit(.logTruncated) }
    }

    private func synced(_ writes: [LogWrite], _ point: MemorySyncPoint, _ node: SimulatedNode) {
        guard reachesDisk(node) else { return }
        let isLost = node.isSyncDoomed && isPlanted(.syncErrorIgnored)
        if node.isSyncDoomed { powerSoonFails(node) }
        if isLost {
            node.isSyncDoomed = false
        } else if node.isSyncDoomed {
            // The process ends; of what the sync was to cover anything may be there or not.
            probes.hit(.syncFailed)
            node.isSyncDoomed = false
            kill(node, .unsyncedTailLost(seed: processes.next()))
            return
        }
        if !isLost { storing(node) { try node.engine.sync(through: point) } }
        // The mark's own sync runs every 100 ms beside it.
        if processes.happens(percent: 5) {
            guard reachesDisk(node) else { return }
            node.engine.syncMark()
        }
        trace.note(.synced, now, node.id.rawValue, UInt64(writes.count))
        for write in writes { checker.durable(write.batch, node, self) }
        node.logBusySince = nil
        // The completion is a task of the lane: it may come later than other news.
        after(processes.draw(0...100) * node.laneSlowness, on: node) { [unowned self] in
            node.host.persisted(writes.flatMap(\.tokens), writes: writes.count, now: instant(node))
            turn(node)
        }
        writeLog(node)
    }

    /// Whoever went on after a failed sync has now told others what is gone.
    private func powerSoonFails(_ node: SimulatedNode) {
        let life = node.life
        after(processes.draw(0...400)) { [unowned self] in
            if node.life == life { kill(node, .unsyncedLost) }
        }
    }

    func load(_ task: LoadTask, _ node: SimulatedNode) {
        probes.hit(.entriesLoaded)
        after(processes.draw(50...3_000), on: node) { [unowned self] in
            let entries = try? node.engine.read(
                shard: task.shard, replica: task.replica, from: task.load.from, through: task.load.through,
                byteLimit: task.load.byteLimit)
            node.host.loaded(task, entries: entries ?? [], now: instant(node))
            scheduleTurn(node)
        }
    }
}
