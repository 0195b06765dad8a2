internal import Keyspace
internal import Raft

/// Answers one request with what a pass knows.
struct RequestDesk {
    private var pass: Pass
    private let request: ManualRequest
    private var replaced: [Operator] = []

    init(pass: Pass, request: ManualRequest) {
        self.pass = pass
        self.request = request
    }

    mutating func answer() throws(Refusal) -> Scheduler.Answer {
        let planned: Operator
        switch request {
        case .split(let key): planned = try split(at: key)
        case .merge(let shard): planned = try merge(shard)
        case .move(let shard, let from, let to): planned = try move(shard, from: from, to: to)
        case .transfer(let shard, let to): planned = try transfer(shard, to: to)
        }
        return Scheduler.Answer(planned: planned, replaces: replaced)
    }

    private mutating func split(at key: Key) throws(Refusal) -> Operator {
        guard let shard = pass.view.shard(at: key) else { throw .unknownKey(key) }
        if shard.isSystem { throw .systemShard }
        if key.bytes.count > KeyLimits.borderBytesMax + 1 { throw .borderTooLong }
        if shard.descriptor.range.start == key { throw .borderThere(key) }
        _ = try claim(shard.id)
        var writer = StepWriter(shard.descriptor)
        writer.split(at: key)
        return planned(shard, writer)
    }

    private mutating func merge(_ id: ShardID) throws(Refusal) -> Operator {
        if let shard = pass.view.shard(id), shard.isSystem { throw .systemShard }
        let left = try claim(id)
        let leftShard = pass.view.shards[left]
        let right = left + 1
        guard right < pass.view.shards.count else { throw .lastShard(id) }
        let rightShard = pass.view.shards[right]
        guard MergePolicy.areNeighbours(leftShard, rightShard) else {
            throw .unknownKey(leftShard.descriptor.range.end)
        }
        _ = try claim(rightShard.id)
        for shard in [leftShard, rightShard] {
            let isWhole = shard.replicas.allSatisfy { $0.role == .voter && pass.isLive($0) }
            if !isWhole { throw .notAllNear(shard.id) }
            if !shard.replicas.allSatisfy(\.isNear) { throw .notNear(shard.id) }
        }
        guard let planned = pass.merge(left, right, .manual, .requested(request)) else {
            throw .cannotAlign(leftShard.id, rightShard.id)
        }
        return planned
    }

    private mutating func move(_ id: ShardID, from: NodeID, to: NodeID) throws(Refusal) -> Operator {
        for node in [from, to] where pass.view.node(node) == nil { throw .unknownNode(node) }
        let position = try claim(id)
        let shard = pass.view.shards[position]
        guard let old = shard.voters.first(where: { $0.member.node == from }) else { throw .notOn(id, from) }
        if shard.replicas.contains(where: { $0.member.node == to }) { throw .alreadyOn(id, to) }
        let (source, target) = (pass.position(of: from), pass.position(of: to))
        if let unfitness = pass.nodes[target].unfitness(
            for: shard.bytes, limits: pass.limits, receivingMax: pass.limits.receivingPerNodeMax)
        {
            throw .unfit(to, unfitness)
        }
        let staying = pass.nodePositions(shard.voters.filter { $0.member != old.member })
        let before = pass.topology.crowding(of: source, with: staying)
        if pass.topology.crowding(of: target, with: staying) > before { throw .crowds(id, to) }
        guard let writer = pass.steps(moving: old, of: shard, position, to: to) else { throw .noOtherLeader(id) }
        return planned(shard, writer)
    }

    private mutating func transfer(_ id: ShardID, to: NodeID) throws(Refusal) -> Operator {
        if pass.view.node(to) == nil { throw .unknownNode(to) }
        let position = try claim(id)
        let shard = pass.view.shards[position]
        guard let target = shard.voters.first(where: { $0.member.node == to }) else { throw .notOn(id, to) }
        if shard.leader == target.member.replica { throw .alreadyLeads(id, to) }
        guard pass.canLead(target) else { throw .cannotLead(id, to) }
        var writer = StepWriter(shard.descriptor)
        writer.transfer(to: target.member)
        return planned(shard, writer)
    }

    /// The position of a shard that this request may change.
    private mutating func claim(_ id: ShardID) throws(Refusal) -> Int {
        guard let position = pass.view.shards.firstIndex(where: { $0.id == id }) else { throw .unknownShard(id) }
        let shard = pass.view.shards[position]
        if pass.view.leftAlone.contains(id) { throw .recordUnreadable(id) }
        if let running = pass.view.operation(on: id), pass.isBusy[position] {
            // Half done, it would leave behind what the new one does not expect.
            let isUntouched = running.steps.first?.expects == shard.descriptor.epoch
            // One of two shards is its first one's.
            guard running.shard == id, running.priority < .manual, isUntouched else { throw .operatorThere(running) }
            replaced.append(running)
        }
        guard shard.leader != nil else { throw .notHeard(id) }
        if shard.isJoint { throw .inJoint(id) }
        let live = shard.voters.count(where: pass.isLive)
        if live < shard.voters.count / 2 + 1 { throw .quorumLost(id) }
        return position
    }

    private func planned(_ shard: ShardView, _ writer: StepWriter) -> Operator {
        Operator(
            shard: shard.id, steps: writer.steps, priority: .manual, reason: .requested(request),
            patience: pass.patience(for: writer.steps, bytes: shard.bytes))
    }
}
