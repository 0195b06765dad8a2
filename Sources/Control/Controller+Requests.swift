internal import Keyspace
internal import Placement
internal import Raft
package import Wire

/// What administrators ask. One request after the other: each sees what the one before has changed, so of two that
/// exclude each other the second is told.
extension Controller {
    /// Takes a request; its answer comes as an effect that names `number`, which is not zero.
    package mutating func ask(_ request: PlacementRequest, number: UInt64) {
        guard askers.count < limits.askersMax else {
            return answer(number, .failure(.busy(retryAfterMilliseconds: 500, reason: "too many requests at once")))
        }
        askers.append((number, request))
    }

    mutating func serveAskers(now: Instant) {
        while let first = askers.first {
            // Until everybody was heard, nobody could be told who is fit for what.
            guard isSettled(now: now) else { return }
            if first.request.changesSomething, !waiting.isEmpty || !inFlight.isEmpty { return }
            askers.removeFirst()
            guard serve(first.request, first.number, now: now) else {
                // The others wait behind it: what they are told may depend on it.
                askers.insert(first, at: 0)
                return
            }
        }
    }

    /// Nothing can be done without the rows; what is known, and that placement stands still, can be told.
    mutating func refuseChanges(_ reason: String, now: Instant) {
        let all = askers
        askers = []
        for asker in all {
            if asker.request.changesSomething {
                answer(asker.number, .failure(.invalidRequest(reason)))
            } else {
                _ = serve(asker.request, asker.number, now: now)
            }
        }
    }

    /// Returns false when the answer has to wait for news of nodes.
    private mutating func serve(_ request: PlacementRequest, _ number: UInt64, now: Instant) -> Bool {
        switch request {
        case .status: answer(number, .success(.status(status(now: now))))
        case .operation(let shard, let id): answer(number, .success(.operation(operation(of: shard, id))))
        case .why(let shard): answer(number, why(shard, now: now))
        case .move, .transfer, .setDuty, .setReplication, .split, .merge:
            do throws(Refusal) {
                let kinds = try kinds(for: request, now: now)
                for kind in kinds.dropLast() { waiting.append(PendingRow(kind: kind)) }
                if let last = kinds.last { waiting.append(PendingRow(kind: last, asker: number)) }
            } catch {
                if mayPassWithNews(error, number, now: now) { return false }
                answer(number, .failure(Self.refused(error)))
            }
        }
        recheck = nil
        return true
    }

    /// Whether a node may have joined of which nothing was heard yet: its row is read before anybody is refused for
    /// lack of it, and it is asked how it is. One whose row is known may not have answered yet.
    private mutating func mayPassWithNews(_ refusal: Refusal, _ number: UInt64, now: Instant) -> Bool {
        switch refusal {
        case .belowReplication, .unknownNode: break
        case .unfit(let node, .notUp) where !calls.heard.contains(node): break
        default: return false
        }
        guard let known = recheck, known.number == number else {
            recheck = (number, now + limits.newcomerTime, false)
            effects.append(.readNodes)
            return true
        }
        let isHeard = view.nodes.allSatisfy { calls.heard.contains($0.id) }
        return now < known.until && !(known.isRead && isHeard)
    }

    /// The rows that a request needs; the last one is its own.
    private func kinds(for request: PlacementRequest, now: Instant) throws(Refusal) -> [PendingRow.Kind] {
        switch request {
        case .move(let shard, let from, let to): return try create(.move(shard, from: from, to: to), now: now)
        case .transfer(let shard, let to): return try create(.transfer(shard, to: to), now: now)
        case .split(let key): return try create(.split(at: key), now: now)
        case .merge(let shard): return try create(.merge(shard), now: now)
        default: return [try kind(for: request, now: now)]
        }
    }

    /// What merely evens things out gives way, unless a step of it may be on its way already.
    private func create(_ request: ManualRequest, now: Instant) throws(Refusal) -> [PendingRow.Kind] {
        let answer = try scheduler.answer(request, in: view, now: now)
        for replaced in answer.replaces where drives[replaced.shard].map({ $0.number != 0 }) ?? false {
            throw .operatorThere(replaced)
        }
        // The shard's own row is taken over by the new operator. Others end before it begins: those that give way, and
        // those that are done and whose rows do not say so yet.
        let involved = Set(answer.planned.shards)
        let others = view.operators.map(\.planned).filter { other in
            other.shard != answer.planned.shard && other.shards.contains { involved.contains($0) }
        }
        return others.map { .end($0.shard, failure: failure(ofReplaced: $0)) } + [.create(answer.planned)]
    }

    /// What is told of an operator whose place a request takes; nil when it has done its work.
    func failure(ofReplaced planned: Operator) -> String? {
        switch planned.progress(shards: { view.shard($0) }) {
        case .finished: nil
        case .failed(let failure): "\(failure)"
        case .running: "gives way to a request"
        }
    }

    private func kind(for request: PlacementRequest, now: Instant) throws(Refusal) -> PendingRow.Kind {
        switch request {
        case .setDuty(let node, .serving):
            guard view.node(node) != nil || duties[node] != nil else { throw .unknownNode(node) }
            return .duty(node, .serving)
        case .setDuty(let node, .draining):
            try scheduler.checkDrain(node, in: view)
            return .duty(node, .draining)
        case .setDuty(let node, .decommissioning):
            try scheduler.checkDecommission(node, in: view, now: now)
            return .duty(node, .decommissioning)
        case .setReplication(let number):
            guard let factor = ReplicationFactor(rawValue: Int(number)) else { throw .noSuchFactor(Int(number)) }
            try scheduler.checkReplication(factor, in: view, now: now)
            return .replication(factor)
        case .status, .operation, .why, .move, .transfer, .split, .merge:
            preconditionFailure("it has no row of its own")
        }
    }

    /// All refusals mean that nothing has changed. Some pass by themselves: what merely evens things out is waited for.
    private static func refused(_ refusal: Refusal) -> RequestError {
        switch refusal {
        case .operatorThere(let planned) where planned.priority >= .manual: .invalidRequest(refusal.description)
        case .operatorThere, .inJoint, .notHeard, .notNear:
            .busy(retryAfterMilliseconds: 1_000, reason: refusal.description)
        default: .invalidRequest(refusal.description)
        }
    }

    private static func told(_ row: UnreadableRow) -> String {
        row.shard == nil ? "placement stands still: \(row)" : "\(row)"
    }

    private func status(now: Instant) -> PlacementStatus {
        let factor = scheduler.rules.replication.rawValue
        let uneven = view.shards.count { shard in
            !shard.isSystem && (shard.replicas.count != factor || shard.replicas.contains { $0.role != .voter })
        }
        return PlacementStatus(
            leader: node, replication: UInt8(clamping: factor), unevenShards: UInt32(clamping: uneven),
            nodes: nodesStatus(now: now),
            operators: view.operators.prefix(PlacementStatus.operatorsMax).compactMap {
                operation(of: $0.planned.shard)
            },
            obstacles: Array(
                (unreadable.map(Self.told) + obstacles.map(\.description)).prefix(PlacementStatus.obstaclesMax)))
    }

    private func nodesStatus(now: Instant) -> [PlacementStatus.Node] {
        let departures = departures
        var counts: [NodeID: (leaders: UInt32, replicas: UInt32)] = [:]
        for shard in view.shards {
            for replica in shard.replicas {
                counts[replica.member.node, default: (0, 0)].replicas += 1
                // Nobody is rid of a leadership before it is known who has it.
                let mayLead = shard.leader == nil && view.node(replica.member.node)?.duty != .serving
                if replica.member.replica == shard.leader || mayLead {
                    counts[replica.member.node, default: (0, 0)].leaders += 1
                }
            }
        }
        var nodes = view.nodes.map { known in
            let health = known.health(leadingSince: view.leadingSince, rules: scheduler.rules, now: now)
            return PlacementStatus.Node(
                node: known.id, duty: known.duty.code, health: .init(health), leaders: counts[known.id]?.leaders ?? 0,
                replicas: counts[known.id]?.replicas ?? 0, departures: departures[known.id] ?? 0)
        }
        // Those that have left are forgotten otherwise.
        for (node, row) in duties where view.node(node) == nil {
            nodes.append(PlacementStatus.Node(node: node, duty: row.duty, health: .unknown))
        }
        return nodes.sorted { $0.node < $1.node }
    }

    /// How many running operators take something away from each node.
    private var departures: [NodeID: UInt32] {
        var counts: [NodeID: UInt32] = [:]
        for entry in view.operators {
            var nodes: Set<NodeID> = []
            for step in entry.planned.steps {
                switch step.action {
                case .removeReplica(let member): nodes.insert(member.node)
                case .enterJoint(_, let outgoing): nodes.formUnion(outgoing.map(\.node))
                case .transferLeader:
                    if let leader = view.shard(step.shard)?.leaderReplica { nodes.insert(leader.member.node) }
                case .addLearner, .promote, .leaveJoint, .split, .merge: break
                }
            }
            for node in nodes { counts[node, default: 0] += 1 }
        }
        return counts
    }

    private func operation(of shard: ShardID, _ id: UInt64) -> OperatorStatus? {
        let last = operation(of: shard)
        guard id != 0, last?.id != id else { return last }
        return endings.last { $0.id == id }
    }

    /// The last operator of a shard.
    func operation(of shard: ShardID) -> OperatorStatus? {
        guard let row = rows[shard], let planned = Operator(row.record) else { return nil }
        var status = OperatorStatus(
            id: row.record.end?.operation ?? row.version.rawValue, shard: shard,
            priority: planned.priority.description, steps: planned.steps.map(\.description), done: 0,
            reason: row.record.reason, state: .running(waiting: drives[shard]?.refusal))
        let progress = planned.progress(shards: { view.shard($0) })
        if case .running(let step) = progress { status.done = UInt16(clamping: step) }
        if case .finished = progress { status.done = UInt16(clamping: planned.steps.count) }
        if let end = row.record.end { status.state = end.failure.map { .failed($0) } ?? .done }
        return status
    }

    private func why(_ shard: ShardID, now: Instant) -> Result<PlacementAnswer, RequestError> {
        guard let known = view.shard(shard) else {
            return .failure(.invalidRequest(Refusal.unknownShard(shard).description))
        }
        var lines = [scheduler.why(shard, in: view, now: now).description]
        if let refusal = drives[shard]?.refusal { lines.append("waits: \(refusal)") }
        if let row = rows[shard], let end = row.record.end, let planned = Operator(row.record) {
            lines.append("last: \(planned): \(end.failure.map { "failed, \($0)" } ?? "done")")
        }
        if known.leader == nil { lines.append("its leader has not reported yet") }
        return .success(.explanation(lines.joined(separator: "\n")))
    }
}

extension PlacementRequest {
    fileprivate var changesSomething: Bool {
        switch self {
        case .status, .operation, .why: false
        case .move, .transfer, .setDuty, .setReplication, .split, .merge: true
        }
    }
}

extension PlacementStatus.Health {
    fileprivate init(_ health: NodeHealth) {
        switch health {
        case .up: self = .up
        case .unknown: self = .unknown
        case .down: self = .down
        case .dead: self = .dead
        }
    }
}
