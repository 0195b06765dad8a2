internal import Keyspace
internal import Raft

/// Dead, suspect and missing voters.
extension Pass {
    mutating func repairAll() {
        cursors.atRisk = attemptAll(work.atRisk, from: cursors.atRisk, .atRisk) { $0.repair($1, $2) }
        cursors.repair = attemptAll(work.broken, from: cursors.repair, .repair) { $0.repair($1, $2) }
    }

    /// What became of one attempt.
    enum Attempt { case planned, fruitless }

    /// Works through `positions`, beginning behind the cursor, until too much was in vain. Returns the new cursor.
    mutating func attemptAll(
        _ positions: [Int], from cursor: Int, _ priority: Operator.Priority,
        _ act: (inout Pass, Int, Operator.Priority) -> Attempt
    ) -> Int {
        let split = positions.firstIndex { $0 >= cursor } ?? 0
        var fruitless = 0
        for position in positions[split...] + positions[..<split]
        where attempt(position, priority, act) == .fruitless {
            fruitless += 1
            if fruitless >= limits.fruitlessSearchesMax || !hasOpenNode { return position + 1 }
        }
        return 0
    }

    /// Whether any node could take a replica at all.
    private var hasOpenNode: Bool {
        nodes.contains {
            $0.unfitness(for: .zero, limits: limits, receivingMax: limits.receivingPerNodeMax) == nil
        }
    }

    private mutating func attempt(
        _ position: Int, _ priority: Operator.Priority, _ act: (inout Pass, Int, Operator.Priority) -> Attempt
    ) -> Attempt {
        guard !isBusy[position] else { return .planned }
        guard hasRoom else {
            work.isWaiting = true
            return .fruitless
        }
        return act(&self, position, priority)
    }

    private mutating func repair(_ position: Int, _ priority: Operator.Priority) -> Attempt {
        let shard = view.shards[position]
        let voters = shard.voters
        let wanted = wantedVoters(shard)
        if let bad = voters.first(where: isGone) {
            let reason = reason(for: bad)
            if voters.count > wanted { return remove(bad.member, position, priority, reason) }
            return replace(bad, position, priority, reason)
        }
        return add(position, priority, .voterMissing(has: voters.count, wanted: wanted))
    }

    private func reason(for bad: ReplicaView) -> Operator.Reason {
        if bad.isSuspect || nodes[position(of: bad.member.node)].isSuspect { return .replicaSuspect(bad.member) }
        if case .dead(let since) = nodes[position(of: bad.member.node)].health {
            return .replicaDead(bad.member, silentFor: now - since)
        }
        return .replicaDead(bad.member, silentFor: now - (bad.downSince ?? now))
    }

    /// One more voter, or two at once where one alone would make the number even: that survives no more than before
    /// and needs more voters for everything.
    private mutating func add(
        _ position: Int, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) -> Attempt {
        let shard = view.shards[position]
        var writer = StepWriter(shard.descriptor)
        guard let first = takeIn(position, beside: shard.voters, &writer, reason) else { return .fruitless }
        if shard.voters.count % 2 == 0 {
            writer.promote(first)
        } else {
            let staying = shard.voters + [ReplicaView(member: first, role: .learner)]
            guard let second = takeIn(position, beside: staying, &writer, reason) else { return .fruitless }
            writer.replace([], by: [first, second])
        }
        start(position, writer, priority, reason)
        return .planned
    }

    /// Another voter in place of `old`; first in, then out.
    mutating func replace(
        _ old: ReplicaView, _ position: Int, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) -> Attempt {
        let shard = view.shards[position]
        let staying = shard.voters.filter { $0.member != old.member }
        var writer = StepWriter(shard.descriptor)
        let isLeader = shard.leader == old.member.replica
        // A lone voter can hand over only to its newcomer, and only once that votes.
        if isLeader, !staying.isEmpty {
            guard let next = successor(position, without: [old.member]) else {
                report(shard.id, .noLeader(need: reason))
                return .fruitless
            }
            writer.transfer(to: next)
        }
        let mayStay = reason == .replicaSuspect(old.member)
        if let newcomer = takeIn(position, beside: staying, &writer, reason, isQuiet: mayStay) {
            if staying.isEmpty {
                writer.promote(newcomer)
                writer.transfer(to: newcomer)
                writer.remove(old.member)
            } else {
                writer.replace([old.member], by: [newcomer])
            }
            start(position, writer, priority, reason)
            return .planned
        }
        return replaceInPlace(old, position, &writer, priority, reason)
    }

    /// A suspect replica for which no other node will ever do: its id goes first (rule 15). It never counted, so the
    /// live voters stay as many, and so does the number of further losses that the shard survives.
    private mutating func replaceInPlace(
        _ old: ReplicaView, _ position: Int, _ writer: inout StepWriter, _ priority: Operator.Priority,
        _ reason: Operator.Reason
    ) -> Attempt {
        let node = nodes[self.position(of: old.member.node)]
        guard old.isSuspect || node.isSuspect, canSend(position) else { return .fruitless }
        let refusals = refusals(position)
        guard !refusals.mayPass else { return .fruitless }
        writer.remove(old.member)
        let unfitness = node.unfitness(for: .zero, limits: limits, receivingMax: limits.receivingPerNodeMax)
        if unfitness == nil {
            let newcomer = writer.addLearner(on: old.member.node)
            writer.promote(newcomer)
        } else if !node.isSuspect {
            report(view.shards[position].id, .noNode(need: reason, refusals: refusals))
            return .fruitless
        }
        // A suspect node gets new replicas once it has been rid of all the old ones.
        start(position, writer, priority, reason)
        return .planned
    }

    /// Writes the steps that bring a learner, unless one is left over that will do.
    private mutating func takeIn(
        _ position: Int, beside staying: [ReplicaView], _ writer: inout StepWriter, _ reason: Operator.Reason,
        isQuiet: Bool = false
    ) -> Member? {
        let shard = view.shards[position]
        if let learner = usableLearner(shard, besides: staying) { return learner }
        guard canSend(position) else {
            work.isWaiting = true
            return nil
        }
        guard let node = newcomer(position, beside: nodePositions(staying)) else {
            let refusals = refusals(position)
            if refusals.mayPass {
                work.isWaiting = true
            } else if !isQuiet {
                report(shard.id, .noNode(need: reason, refusals: refusals))
            }
            return nil
        }
        return writer.addLearner(on: nodes[node].id)
    }

    /// Takes out one voter too many. The shard's leader hands over first.
    mutating func remove(
        _ member: Member, _ position: Int, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) -> Attempt {
        let shard = view.shards[position]
        var writer = StepWriter(shard.descriptor)
        if shard.leader == member.replica {
            guard let next = successor(position, without: [member]) else {
                report(shard.id, .noLeader(need: reason))
                return .fruitless
            }
            writer.transfer(to: next)
        }
        writer.remove(member)
        start(position, writer, priority, reason)
        return .planned
    }
}
