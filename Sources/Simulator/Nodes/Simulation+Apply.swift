import Host
import NIOCore
import Raft
import Storage
import Wire

/// The applier's thread.
extension Simulation {
    func applyNext(_ node: SimulatedNode) {
        guard !node.isApplying, !node.applyMailbox.isEmpty else { return }
        node.isApplying = true
        let pause = processes.happens(percent: 2) ? processes.draw(1_000...20_000) : processes.draw(20...200)
        after(min(pause * node.applierSlowness, Self.longestApply), on: node) { [unowned self] in
            let work = Array(node.applyMailbox.prefix(processes.draw(1...node.applyMailbox.count)))
            var taken = 0
            let round = ApplyWork.nextRound(of: work, from: &taken, byteGoal: .max)
            node.applyMailbox.removeFirst(taken)
            let life = node.life
            var results: [AppliedBatch] = []
            switch round {
            case .entries(let tasks): results = apply(tasks, node)
            case .change(let change): return follow(change, node)
            }
            guard node.isUp, node.life == life else { return }
            node.applied += results
            node.isApplying = false
            // The lane is woken for what somebody waits for, and finds the rest when it looks next.
            if node.applied.contains(where: \.isAwaited) {
                after(processes.draw(0...100) * node.laneSlowness, on: node) { [unowned self] in turn(node) }
            }
            applyNext(node)
        }
    }

    /// One of the applier's steps between entries; the end of a replica is synced before anything else is applied.
    private func follow(_ change: ApplyChange, _ node: SimulatedNode) {
        storing(node) {
            let batch = node.engine.makeBatch()
            let followed = try node.applier.follow(change, store: node.engine, batch: batch)
            if case .absorb(let task, _) = change, let applied = followed.applied {
                noteApplied(task, applied, node)
            }
            if let ended = followed.ended { checker.members.ends(ended, on: node.id, self) }
            if case .returned = change { probes.hit(.suspectReturned) }
            if batch.count > 0 {
                guard reachesDisk(node) else { return }
                try node.engine.write(batch, writer: 1)
            }
            if let ended = followed.ended { return sync(theEndOf: ended, followed.applied, node) }
            node.isApplying = false
            applyNext(node)
        }
    }

    private func noteApplied(_ task: ApplyTask, _ result: AppliedBatch, _ node: SimulatedNode) {
        checker.applied(task, result, node, self)
        ranges.applied(task, result, node, self)
        trace.note(.applied, now, result.shard.rawValue, result.through.rawValue)
    }

    private func sync(theEndOf name: LogName, _ applied: AppliedBatch?, _ node: SimulatedNode) {
        let point = node.engine.syncPoint
        let length = processes.draw(80...600) * node.diskSlowness * mix.syncFactor
        after(min(length, Self.longestApply), on: node) { [unowned self] in
            guard reachesDisk(node) else { return }
            storing(node) { try node.engine.sync(through: point) }
            checker.members.ended(name, on: node.id)
            probes.hit(.replicaDestroyed)
            if let applied { node.applied.append(applied) }
            after(processes.draw(0...100) * node.laneSlowness, on: node) { [unowned self] in
                // What the replica has split off was applied before its end.
                takeApplied(node)
                node.host.destroyed([name])
                scheduleTurn(node)
            }
            node.isApplying = false
            applyNext(node)
        }
    }

    /// A split's batch is made, and the process ends before any of it is written.
    private func isStruckAtBirth(_ results: [AppliedBatch], _ node: SimulatedNode) -> Bool {
        guard node.isStruckAtBirth, isFaulty, results.contains(where: { !$0.births.isEmpty }) else { return false }
        node.isStruckAtBirth = false
        probes.hit(.struckAtBirth)
        crash(node, .processDies, down: splitChance.draw(1_000...500_000))
        return true
    }

    /// In microseconds.
    private static let longestApply = 1_000_000

    func takeApplied(_ node: SimulatedNode) {
        guard !node.applied.isEmpty else { return }
        let batches = node.applied
        node.applied = []
        node.host.applied(batches, now: instant(node))
    }

    private func apply(_ tasks: [ApplyTask], _ node: SimulatedNode) -> [AppliedBatch] {
        var results: [AppliedBatch] = []
        storing(node) {
            let batch = node.engine.makeBatch()
            for var task in tasks {
                let wantsOutcomes = task.wantsOutcomes
                // The checker wants them always: they must be the same on every replica.
                task.wantsOutcomes = true
                guard var result = try node.applier.apply(task, store: node.engine, batch: batch) else { continue }
                noteApplied(task, result, node)
                if !wantsOutcomes { result.entries = [] }
                results.append(result)
            }
            guard batch.count > 0 else { return }
            guard !isStruckAtBirth(results, node), reachesDisk(node) else { return results.removeAll() }
            try node.engine.write(batch, writer: 1)
            try noteScans(results, node)
        }
        return results
    }
}
