import Host
import Keyspace
import Raft
import Storage
import Wire

/// Checks (rule 39).
extension HostCluster {
    /// Reads the replica as it is now, some time later.
    func scan(_ name: LogName, _ check: AppliedCheck, _ node: ClusterNode) throws {
        let task = ScanTask(name: name, check: check, snapshot: try node.engine.snapshot())
        if let givenUp = node.scans.add(task) { drop(givenUp, node) }
        after(random.draw(node.scanTime), on: node) { [self] in
            guard node.scans.end(name.shard, at: check.position) != nil else { return }
            storing(node) {
                guard var scan = try ShardScan(task, window: limits.sessionWindowMilliseconds) else {
                    return history.fail("node \(node.id): the state is not that of the check")
                }
                while true {
                    guard case .end(let hash) = try scan.step(bytesMax: 64) else { continue }
                    node.host.scanned(.done(name, check, hash: hash), now: instant(node))
                    return scheduleTurn(node)
                }
            }
        }
    }

    func giveUpScans(_ over: [(shard: ShardID, position: LogPosition)], _ node: ClusterNode) {
        for (shard, position) in over {
            guard let task = node.scans.end(shard, at: position) else { continue }
            node.scansGivenUp.append(task)
            drop(task, node)
        }
    }

    private func drop(_ task: ScanTask, _ node: ClusterNode) {
        after(0, on: node) { [self] in
            node.host.scanned(.dropped(task.name, task.check), now: instant(node))
            scheduleTurn(node)
        }
    }

    /// Has the shard's leader check it, and returns what it finds; nil when that takes longer.
    func check(_ shard: ShardID, milliseconds: Int = 10_000) -> ShardCheck? {
        let end = now + Int64(milliseconds) * 1_000_000
        while now < end {
            if let node = leader(of: shard) {
                let number = nextRequest
                nextRequest += 1
                node.host.check(
                    CheckRequest(shard: shard), from: RequestReference(connection: 0, id: number), now: instant(node))
                scheduleTurn(node)
                run(milliseconds: milliseconds) { checkAnswers[number] != nil || changeAnswers[number] != nil }
                if let check = checkAnswers[number] { return check }
            }
            run(milliseconds: 50)
        }
        return nil
    }
}
