internal import Keyspace
internal import Placement
internal import Raft
internal import Wire

/// Calls to nodes, and the steps of operators: asked of shards' leaders as an administrator would. Asking twice does no
/// harm, since each step is done in one epoch only (rule 37).
extension Controller {
    /// Asks all nodes how they are; of those not heard yet, for everything.
    mutating func callNodes(now: Instant) {
        guard now - calls.all >= limits.callInterval else { return callHurriedly(now: now) }
        calls.all = now
        for known in view.nodes { call(known.id) }
    }

    private mutating func call(_ node: NodeID) {
        effects.append(.send(.call(term: term, isForAll: !calls.heard.contains(node)), to: node))
    }

    /// Asks those that have not answered yet, and those that something waits for.
    private mutating func callHurriedly(now: Instant) {
        guard now - calls.hurried >= limits.hurriedCallInterval else { return }
        calls.hurried = now
        var nodes = Set(view.nodes.map(\.id).filter { !calls.heard.contains($0) })
        // Not asked all at once: a call is cheap, and its answer names only what has changed.
        for entry in view.operators.prefix(limits.stepsPerLookMax) {
            guard let drive = drives[entry.planned.shard], drive.step >= 0, drive.step < entry.planned.steps.count
            else { continue }
            if case .transferLeader(let member) = entry.planned.steps[drive.step].action { nodes.insert(member.node) }
        }
        for node in nodes.sorted() { call(node) }
    }

    /// Looks at all running operators: what is finished makes a pass due, what waits is asked for.
    mutating func drive(now: Instant) {
        guard !view.operators.isEmpty else { return }
        let shards = shardsOfOperators()
        var asked = 0
        for entry in view.operators where asked < limits.stepsPerLookMax {
            let planned = entry.planned
            guard case .running(let position) = planned.progress(shards: { shards[$0] }) else {
                isPlanHurried = true
                continue
            }
            let step = planned.steps[position]
            guard let shard = shards[step.shard] else { continue }
            if ask(for: step, position, of: planned.shard, shard, now: now) { asked += 1 }
        }
    }

    /// The shards that are in operators, found in one walk.
    private func shardsOfOperators() -> [ShardID: ShardView] {
        var found: [ShardID: ShardView] = [:]
        let named = Set(view.operators.flatMap(\.planned.shards))
        for shard in view.shards where named.contains(shard.id) { found[shard.id] = shard }
        return found
    }

    private mutating func ask(
        for step: Operator.Step, _ position: Int, of id: ShardID, _ shard: ShardView, now: Instant
    ) -> Bool {
        var drive = drives[id] ?? Drive()
        if drive.step != position {
            // What was asked before is done, whoever did it.
            drive = Drive()
            drive.step = position
        }
        defer { drives[id] = drive }
        guard now >= drive.nextAt else { return false }
        // Who was said to lead has not answered.
        if drive.number != 0 { drive.hint = nil }
        guard let leader = drive.hint ?? shard.leaderReplica?.member.node else { return false }
        let number = nextNumber | Self.numberBit
        guard let notice = notice(for: step, number) else { return false }
        nextNumber &+= 1
        drive.number = number
        drive.nextAt = now + limits.answerPatience
        effects.append(.send(notice, to: leader))
        return true
    }

    /// The request that does a step; nil for one that a shard's leader does by itself.
    private func notice(for step: Operator.Step, _ number: UInt64) -> ReplicaNotice? {
        let change: ReplicaChange
        switch step.action {
        case .addLearner(let member): change = ReplicaChange(addLearners: [member.node])
        case .promote(let member): change = ReplicaChange(promote: [member.replica])
        case .enterJoint(let incoming, let outgoing):
            change = ReplicaChange(promote: incoming.map(\.replica), remove: outgoing.map(\.replica))
        case .removeReplica(let member): change = ReplicaChange(remove: [member.replica])
        case .transferLeader(let member):
            return .transfer(number: number, shard: step.shard, step.expects, to: member.replica)
        case .split(let key):
            return .split(number: number, SplitRequest(shard: step.shard, epoch: step.expects, key: key))
        case .merge(let right, let epoch, _):
            let request = MergeRequest(shard: step.shard, epoch: step.expects, right: right, rightEpoch: epoch)
            return .merge(.ask(number: number, request))
        case .leaveJoint: return nil
        }
        return .request(
            number: number, ReplicaRequest(shard: step.shard, epoch: step.expects, change: change))
    }
}
