import Host
import Keyspace
import Raft
import Storage
import Wire

/// A moment at which a machine loses power: right before one of the cluster's disk operations.
package struct CrashPoint: Sendable, Equatable {
    /// Counts the log writes, syncs, marks and applied batches of all nodes from 1 on.
    package var operation: Int
    package var loss: Loss

    package init(operation: Int, loss: Loss) {
        self.operation = operation
        self.loss = loss
    }

    /// What becomes of writes that no sync has covered.
    package enum Loss: String, CaseIterable, Sendable {
        /// The process ends, the machine does not: they stay.
        case none
        /// They are gone.
        case all
        /// A drawn part of them stays, a prefix.
        case part
        /// The last of them is torn, which is as good as gone.
        case last
    }

    /// The same for the engine.
    var mode: CrashMode {
        switch loss {
        case .none: .processDies
        case .all: .unsyncedLost
        case .part: .unsyncedTailLost(seed: UInt64(operation))
        case .last: .lastUnsyncedLost
        }
    }

    /// One simulation for every crash point of the story that `options` tell: it is told once to count them.
    package static func all(of options: SimulationOptions) -> [SimulationOptions] {
        var options = options
        options.isEventful = true
        let operations = Simulation.run(options).diskOperations
        guard operations > 0 else { return [] }
        return (1...operations).flatMap { operation in
            Loss.allCases.map { loss in
                options.crashPoint = CrashPoint(operation: operation, loss: loss)
                return options
            }
        }
    }
}

extension Simulation {
    /// Before each disk operation: false when the machine loses power right here.
    func reachesDisk(_ node: SimulatedNode) -> Bool {
        diskOperations += 1
        guard let point = options.crashPoint, point.operation == diskOperations, node.isUp else { return true }
        kill(node, point.mode)
        // In every phase: whoever a phase counts on starts again like any other.
        after(5_000) { [unowned self] in boot(node) }
        return false
    }

    /// Elections and a move at fixed moments, so that a short story without drawn faults has them too: a replica is
    /// replaced by a new one, leaderships are handed over, and later a leader dies.
    func scheduleEvents() {
        guard options.isEventful, let shard = userShards.first?.shard else { return }
        if options.nodes > 1, let last = userShards.last?.shard { moveReplica(of: last) }
        after(options.milliseconds * 400) { [unowned self] in
            guard let node = leader(of: shard) else { return }
            _ = node.host.handOver(now: instant(node))
            scheduleTurn(node)
        }
        after(options.milliseconds * 700) { [unowned self] in
            guard let node = leader(of: shard) else { return }
            crash(node, .processDies, down: 20_000)
        }
    }
}
