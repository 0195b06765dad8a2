import Host
import Keyspace
import Raft
import Storage
import Wire

/// The thread that reads replicas for checks (rule 39).
extension Simulation {
    /// Batches were written: those that end with a check's entry are to be read as they are.
    func noteScans(_ results: [AppliedBatch], _ node: SimulatedNode) throws(StorageError) {
        for result in results {
            for check in result.checks where check.wantsScan {
                let task = ScanTask(name: result.name, check: check, snapshot: try node.engine.snapshot())
                if let state = node.applier.state(of: task.name.shard), isRotten(state.descriptor.range, on: node) {
                    readRotten.insert(task.name)
                }
                if let givenUp = node.scans.add(task) {
                    probes.hit(.scanDropped)
                    ended(.dropped(givenUp.name, givenUp.check), node)
                }
            }
        }
        scanNext(node)
    }

    private func scanNext(_ node: SimulatedNode) {
        guard !node.isScanning, let task = node.scans.turn() else { return }
        node.isScanning = true
        let (shard, position) = (task.name.shard, task.check.position)
        let pause = processes.happens(percent: 10) ? processes.draw(1_000...400_000) : processes.draw(100...5_000)
        after(pause, on: node) { [unowned self] in
            defer {
                node.isScanning = false
                scanNext(node)
            }
            // Given up meanwhile.
            guard node.scans.end(shard, at: position) != nil else { return }
            storing(node) {
                guard var scan = try ShardScan(task, window: limits.sessionWindowMilliseconds) else {
                    return fail("node \(node.id): \(task.name) is not at entry \(task.check.position.index)")
                }
                while true {
                    guard case .end(let hash) = try scan.step(bytesMax: 100) else { continue }
                    probes.hit(.scanned)
                    return ended(.done(task.name, task.check, hash: hash), node)
                }
            }
        }
    }

    func giveUpScans(_ over: [(shard: ShardID, position: LogPosition)], _ node: SimulatedNode) {
        for (shard, position) in over {
            guard let task = node.scans.end(shard, at: position) else { continue }
            probes.hit(.scanGivenUp)
            ended(.dropped(task.name, task.check), node)
        }
    }

    private func ended(_ event: ScanEvent, _ node: SimulatedNode) {
        after(processes.draw(0...500) * node.laneSlowness, on: node) { [unowned self] in
            takeApplied(node)
            node.host.scanned(event, now: instant(node))
            scheduleTurn(node)
        }
    }

    // MARK: On demand

    /// Has the node that leads the shard check it; returns the request's number, or nil without a leader.
    @discardableResult
    func askForCheck(_ shard: ShardID) -> UInt64? {
        guard let node = leader(of: shard) else { return nil }
        let id = nextRequest
        nextRequest += 1
        after(0, on: node) { [unowned self] in
            let reference = RequestReference(connection: Self.checkConnection, id: id)
            node.host.check(CheckRequest(shard: shard), from: reference, now: instant(node))
            scheduleTurn(node)
        }
        return id
    }

    /// Whose answers go to `checkAnswers`.
    static let checkConnection: UInt64 = 3

    /// The last check of every shard finds all replicas there and equal; one that has rotted is replaced before.
    func checkAtLast() {
        for shard in allShards.map(\.shard) where failure == nil { checkAtLast(shard) }
        run(milliseconds: 60_000) { disorder == nil }
        if let disorder, failure == nil { fail("the cluster does not come in order after the checks: \(disorder)") }
    }

    private func checkAtLast(_ shard: ShardID) {
        var last = "no leader"
        for _ in 0..<20 where failure == nil {
            guard let id = askForCheck(shard) else {
                run(milliseconds: 500)
                continue
            }
            run(milliseconds: 30_000) { checkAnswers[id] != nil }
            last = checkAnswers[id].map { "\($0)" } ?? "no answer"
            guard case .checked(let check) = checkAnswers.removeValue(forKey: id) else {
                run(milliseconds: 300)
                continue
            }
            switch check.verdict {
            case .equal: return probes.hit(.checkedEqual)
            case .incomplete: run(milliseconds: 300)
            case .divergent: run(milliseconds: 20_000) { disorder == nil && !isRotten(shard) }
            case .divided: mend(shard)
            }
        }
        if failure == nil { fail("shard \(shard) is not found equal: \(last)") }
    }
}
