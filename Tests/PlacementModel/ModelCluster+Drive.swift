internal import Keyspace
package import Placement
package import Raft

extension ModelCluster {
    /// One pass of the scheduler; its operators begin.
    @discardableResult
    package mutating func pass() -> Plan {
        let plan = scheduler.plan(view, now: now)
        take(plan)
        return plan
    }

    /// Ends and begins what a plan says.
    package mutating func take(_ plan: Plan) {
        for ending in plan.ended {
            end(ending.shard)
            if ending.failure != nil { counts.failed += 1 }
        }
        for planned in plan.operators where !begin(planned) { violate("a second operator: \(planned)") }
    }

    /// Every running operator proposes its next step, if its shard can decide anything.
    package mutating func drive() {
        for entry in view.operators { drive(entry.planned) }
    }

    /// Passes and steps until a pass has nothing to do and nothing runs. Returns the passes; nil when there were more
    /// than `limit`.
    package mutating func settle(limit: Int, stepsPerPass: Int = 8, each: Interval = .seconds(1)) -> Int? {
        for count in 1...limit {
            let plan = pass()
            if plan.operators.isEmpty, view.operators.isEmpty { return count }
            for _ in 0..<stepsPerPass { drive() }
            advance(by: each)
        }
        return nil
    }

    private mutating func drive(_ planned: Operator) {
        guard case .running(let position) = planned.progress(shards: { seen($0) }) else { return }
        let step = planned.steps[position]
        elect(step.shard)
        guard let shard = shards[step.shard], hasQuorum(step.shard), shard.leader != nil else { return }
        guard shard.descriptor.epoch == step.expects else { return }
        let before = shard.descriptor.configuration.voters.count { isLive($0, of: shard) }
        guard perform(step) else { return }
        if let after = shards[step.shard] {
            let live = after.descriptor.configuration.voters.count { isLive($0, of: after) }
            if live < before, !Self.isRemoval(of: step, in: planned) {
                violate("\(planned): from \(before) to \(live) live voters")
            }
        }
        elect(step.shard)
        report(step.shard)
    }

    /// Removing one voter too many is what it was planned for.
    private static func isRemoval(of step: Operator.Step, in planned: Operator) -> Bool {
        guard case .removeReplica = step.action else { return false }
        if planned.steps.contains(where: { if case .promote = $0.action { true } else { false } }) { return true }
        switch planned.reason {
        case .voterSurplus, .decommissioning: return true
        default: return false
        }
    }

    private func seen(_ id: ShardID) -> ShardView? {
        shards[id].flatMap { view.shard(at: $0.descriptor.range.start) }.flatMap { $0.id == id ? $0 : nil }
    }

    /// Returns whether the shard's leader would do it.
    private mutating func perform(_ step: Operator.Step) -> Bool {
        switch step.action {
        case .split(let key): return split(step.shard, at: key)
        case .merge(let right, let epoch, _): return merge(step.shard, right, epoch)
        case .transferLeader(let member):
            guard let shard = shards[step.shard], isLive(member, of: shard),
                shard.descriptor.configuration.voters.contains(member), !shard.lagging.contains(member.replica)
            else { return false }
            counts.transfers += 1
            change(step.shard) { $0.leader = member.replica }
            return true
        default: return reconfigure(step)
        }
    }

    private mutating func reconfigure(_ step: Operator.Step) -> Bool {
        guard let shard = shards[step.shard], let next = Self.configuration(shard, step.action) else { return false }
        guard shard.descriptor.configuration.allows(next) else {
            violate("shard \(step.shard): \(step) is not allowed")
            return false
        }
        let newVoters = next.voters.filter { !shard.descriptor.configuration.isVoter($0.replica) }
        guard newVoters.allSatisfy({ isLive($0, of: shard) }) else { return false }
        if case .addLearner(let member) = step.action {
            guard !down.contains(member.node) else { return false }
            if member.replica != shard.descriptor.nextReplica { violate("\(step): a used replica id") }
            counts.copies += 1
        }
        change(step.shard) { shard in
            shard.descriptor.configuration = next
            shard.descriptor.epoch.config += 1
            if case .addLearner(let member) = step.action {
                shard.descriptor.nextReplica = ReplicaID(member.replica.rawValue + 1)
            }
        }
        return true
    }

    /// What follows; nil for what Raft would refuse before it looks at configurations.
    private static func configuration(_ shard: ModelShard, _ action: Operator.Action) -> Configuration? {
        let old = shard.descriptor.configuration
        var next = old
        switch action {
        case .addLearner(let member): next.learners.append(member)
        case .promote(let member):
            next.learners.removeAll { $0 == member }
            next.voters.append(member)
        case .enterJoint(let incoming, let outgoing):
            next.learners.removeAll { incoming.contains($0) }
            next.outgoing = old.voters
            next.voters = old.voters.filter { !outgoing.contains($0) } + incoming
        case .leaveJoint:
            guard old.isJoint else { return nil }
            next = old.leave
        case .removeReplica(let member):
            next.voters.removeAll { $0 == member }
            next.learners.removeAll { $0 == member }
        case .transferLeader, .split, .merge: return nil
        }
        return next
    }

    private mutating func split(_ id: ShardID, at key: Key) -> Bool {
        guard let parent = shards[id], parent.descriptor.range.start < key, key < parent.descriptor.range.end else {
            violate("shard \(id): split at \(key)")
            return false
        }
        let half = ByteCount(parent.bytes.rawValue / 2)
        var child = parent
        child.descriptor.shard = takeShardID()
        child.descriptor.range.start = key
        child.descriptor.epoch.version += 1
        (child.bytes, child.middleKey, child.load.halvingKey) = (half, nil, nil)
        child.load.share = LaneShare(perMille: parent.load.share.perMille / 2)
        counts.splits += 1
        change(id) { parent in
            parent.descriptor.range.end = key
            parent.descriptor.epoch.version += 1
            (parent.bytes, parent.middleKey, parent.load) = (half, nil, child.load)
        }
        add(child)
        return true
    }

    private mutating func merge(_ left: ShardID, _ right: ShardID, _ epoch: Epoch) -> Bool {
        guard let absorbed = shards[right], let survivor = shards[left], absorbed.descriptor.epoch == epoch else {
            return false
        }
        let nodes = { (shard: ModelShard) in Set(shard.descriptor.configuration.members.map(\.node)) }
        let areSimple = !absorbed.descriptor.configuration.isJoint && !survivor.descriptor.configuration.isJoint
        guard nodes(absorbed) == nodes(survivor), areSimple else {
            violate("merge of \(left) and \(right): on different nodes")
            return false
        }
        counts.merges += 1
        change(right) { $0.bytes = .zero }
        shards[right] = nil
        change(left) { left in
            left.descriptor.range.end = absorbed.descriptor.range.end
            left.descriptor.epoch.version = max(left.descriptor.epoch.version, epoch.version) + 1
            left.bytes = left.bytes + absorbed.bytes
        }
        return true
    }
}
