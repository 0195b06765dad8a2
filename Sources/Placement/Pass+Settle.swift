internal import Keyspace
internal import Raft

/// The operators that run: which have ended, and what the others will still change.
extension Pass {
    mutating func settle() {
        guard !view.operators.isEmpty else { return }
        runningPositions = positionsOfRunning()
        for entry in view.operators {
            let planned = entry.planned
            switch planned.progress(shards: { running(shard: $0) }) {
            case .finished: plan.ended.append(Plan.Ending(shard: planned.shard, failure: nil))
            case .failed(let failure): plan.ended.append(Plan.Ending(shard: planned.shard, failure: failure))
            case .running(let next):
                if let failure = failure(of: entry, at: next) {
                    plan.ended.append(Plan.Ending(shard: planned.shard, failure: failure))
                    continue
                }
                running.append((planned, next))
                for shard in planned.shards { runningPositions[shard].map { isBusy[$0] = true } }
            }
        }
    }

    /// Counts what the running operators will still change. The survey has counted the shards as they are.
    mutating func foresee() {
        for (planned, next) in running {
            for step in planned.steps[next...] {
                guard let position = runningPositions[step.shard] else { continue }
                foresee(step.action, position)
            }
        }
    }

    mutating func foresee(_ action: Operator.Action, _ position: Int) {
        let bytes = view.shards[position].bytes
        switch action {
        case .addLearner(let member):
            let node = self.position(of: member.node)
            nodes[node].replicas += 1
            nodes[node].bytes = nodes[node].bytes + bytes
            nodes[node].incoming = nodes[node].incoming + bytes
        case .promote(let member): awaitCopy([member], position)
        case .enterJoint(let incoming, let outgoing):
            awaitCopy(incoming, position)
            for member in outgoing { discount(member, bytes) }
        case .removeReplica(let member): discount(member, bytes)
        case .transferLeader(let member): foreseeTransfer(to: self.position(of: member.node), position)
        case .split: work.splits += 1
        case .merge: work.merges += 1
        case .leaveJoint: break
        }
    }

    /// Until a newcomer votes, its copy is under way.
    private mutating func awaitCopy(_ newcomers: [Member], _ position: Int) {
        for member in newcomers { nodes[self.position(of: member.node)].receiving += 1 }
        if leaders[position] >= 0 { nodes[Int(leaders[position])].sending += newcomers.count }
    }

    private mutating func discount(_ member: Member, _ bytes: ByteCount) {
        let node = position(of: member.node)
        nodes[node].replicas -= 1
        nodes[node].bytes = nodes[node].bytes - bytes
        nodes[node].outgoing = nodes[node].outgoing + bytes
    }

    private mutating func foreseeTransfer(to target: Int, _ position: Int) {
        let load = view.shards[position].load.share.perMille
        nodes[target].leaders += 1
        nodes[target].load += load
        nodes[target].transfers += 1
        guard leaders[position] >= 0 else { return }
        let source = Int(leaders[position])
        nodes[source].leaders -= 1
        nodes[source].load -= load
        nodes[source].transfers += 1
    }

    private func running(shard: ShardID) -> ShardView? { runningPositions[shard].map { view.shards[$0] } }

    /// Positions of the shards that are in operators, found in one walk.
    private func positionsOfRunning() -> [ShardID: Int] {
        var positions: [ShardID: Int] = [:]
        let named = Set(view.operators.flatMap(\.planned.shards))
        // Asked before the set: it says no to nearly all of them, and costs no hash.
        var mayBeNamed = [Bool](repeating: false, count: 1 << 14)
        let mask = UInt64(mayBeNamed.count - 1)
        for shard in named { mayBeNamed[Int(shard.rawValue & mask)] = true }
        for position in view.shards.indices {
            let shard = view.shards[position].descriptor.shard
            if mayBeNamed[Int(shard.rawValue & mask)], named.contains(shard) { positions[shard] = position }
        }
        return positions
    }

    /// Why an operator must not go on although its shards are as it expects.
    private func failure(of entry: RunningOperator, at next: Int) -> Operator.Failure? {
        let planned = entry.planned
        // Whoever is in a joint configuration must get out of it.
        if case .leaveJoint = planned.steps[next].action { return nil }
        if now - entry.begunAt >= planned.patience { return .timedOut(step: next) }
        for step in planned.steps[next...] {
            for member in step.action.newcomers {
                let node = nodes[position(of: member.node)]
                let isLeaving = step.action.isTransfer ? node.duty != .serving : node.duty == .decommissioning
                if !node.isUp || isLeaving { return .nodeLost(member.node) }
            }
        }
        if case .merge(let right, _, _) = planned.steps[next].action {
            for shard in [planned.shard, right] {
                let down = running(shard: shard)?.replicas.first { !isLive($0) }
                if let down { return .replicaDown(shard, down.member.node) }
            }
        }
        // A transfer is over before it is in anybody's way.
        let isShort = planned.steps.allSatisfy { $0.action.isTransfer }
        guard next == 0, planned.priority < .manual, !isShort else { return nil }
        let isBroken = planned.shards.contains { running(shard: $0)?.voters.contains(where: isGone) ?? false }
        return isBroken ? .preempted(by: .repair) : nil
    }
}

extension Operator.Action {
    /// Whether only the leadership changes hands.
    var isTransfer: Bool {
        if case .transferLeader = self { true } else { false }
    }

    /// Who has to be there for the step to succeed.
    var newcomers: [Member] {
        switch self {
        case .addLearner(let member), .promote(let member), .transferLeader(let member): [member]
        case .enterJoint(let incoming, _): incoming
        case .leaveJoint, .removeReplica, .split, .merge: []
        }
    }
}
