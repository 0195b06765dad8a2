import Host
import Keyspace
import Raft
import Storage
import Wire

/// Reads whose index is applied: at once as if from memory, or by the read pool a little later.
extension Simulation {
    func serve(_ task: ReadTask, _ node: SimulatedNode) {
        let applied = node.asking { $0.lastVersionApplied(of: task.generation.shard) } ?? .zero
        let reader = DiskReader(
            store: node.engine, appliedMilliseconds: applied.milliseconds,
            clusterMilliseconds: node.asking { $0.trustedMilliseconds(at: $0.lastTurn) })
        guard processes.happens(percent: 30) else { return finish(task, reader.read(task), node) }
        after(processes.draw(10...2_000), on: node) { [unowned self] in
            let results = reader.read(task)
            after(processes.draw(0...500), on: node) { [unowned self] in finish(task, results, node) }
        }
    }

    private func refusal(_ task: ReadTask, _ node: SimulatedNode) -> RequestError {
        node.asking { $0.mismatch(of: task.generation.shard, since: task.generation.version) }
    }

    private func finish(_ task: ReadTask, _ results: [DiskReader.Outcome], _ node: SimulatedNode) {
        for (read, result) in zip(task.reads, results) {
            guard node.asking({ $0.isCurrent(task.generation) }) else {
                respond(Answer(reference: read.reference, body: .failure(refusal(task, node))), from: node)
                continue
            }
            switch result {
            case .body(let body): respond(Answer(reference: read.reference, body: body), from: node)
            case .due: node.host.readAfterStamp(read, task.generation, now: instant(node))
            case .failed(let error): fail("node \(node.id) cannot read: \(error)")
            }
        }
        // There is more when the answers are large.
        let left = Array(task.reads.dropFirst(results.count))
        if !left.isEmpty { serve(ReadTask(generation: task.generation, reads: left), node) }
        if node.asking({ $0.hasWork }) { scheduleTurn(node) }
    }
}
