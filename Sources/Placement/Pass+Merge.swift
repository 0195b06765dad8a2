internal import Keyspace
internal import Raft

/// Small quiet neighbours.
extension Pass {
    mutating func mergeAll() {
        var shards = view.shards.count - work.merges
        let steady = nodes.count { $0.isSteady }
        for left in work.quiet {
            guard hasRoom, work.merges < limits.mergesMax, shards > steady * limits.shardsPerNodeMin else { return }
            let right = left + 1
            guard right < view.shards.count, isMovable[left], isMovable[right],
                MergePolicy.isQuiet(view.shards[right], rules: rules, now: now),
                MergePolicy.areNeighbours(view.shards[left], view.shards[right])
            else { continue }
            let lasted = [left, right].compactMap { view.shards[$0].quietSince.map { now - $0 } }.min() ?? .zero
            let reason = Operator.Reason.smallAndQuiet(
                view.shards[left].bytes, view.shards[right].bytes, lasted: lasted)
            guard let planned = merge(left, right, .merge, reason) else { continue }
            start(planned, at: [left, right])
            shards -= 1
        }
    }

    /// A merge of two neighbours: where their nodes differ, the smaller one first moves to those of the other, in the
    /// same operator, so that balance cannot part them again meanwhile (rule 33 wants equal nodes). Nil when a node
    /// cannot take what has to move, or they have none in common.
    func merge(
        _ left: Int, _ right: Int, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) -> Operator? {
        let (leftShard, rightShard) = (view.shards[left], view.shards[right])
        let isLeftSmaller = leftShard.bytes < rightShard.bytes
        var leftWriter = StepWriter(leftShard.descriptor)
        var rightWriter = StepWriter(rightShard.descriptor)
        let isAligned =
            isLeftSmaller
            ? align(left, with: rightShard, &leftWriter) : align(right, with: leftShard, &rightWriter)
        guard isAligned else { return nil }
        leftWriter.merge(rightShard.descriptor, at: rightWriter.epoch)
        let steps = rightWriter.steps + leftWriter.steps
        return Operator(
            shard: leftShard.id, partner: rightShard.id, steps: steps, priority: priority, reason: reason,
            patience: patience(for: steps, bytes: min(leftShard.bytes, rightShard.bytes)))
    }

    /// Writes the steps that bring the shard at `position` to the nodes of `other`.
    private func align(_ position: Int, with other: ShardView, _ writer: inout StepWriter) -> Bool {
        let shard = view.shards[position]
        let (own, wanted) = (shard.voters, other.voters)
        let leaving = own.filter { replica in !wanted.contains { $0.member.node == replica.member.node } }
        let coming = wanted.filter { replica in !own.contains { $0.member.node == replica.member.node } }
        guard !leaving.isEmpty || !coming.isEmpty else { return true }
        guard leaving.count < own.count, leaving.count == coming.count, canSend(position) else { return false }
        if leaving.contains(where: { $0.member.replica == shard.leader }) {
            guard let next = successor(position, without: leaving.map(\.member)) else { return false }
            writer.transfer(to: next)
        }
        var incoming: [Member] = []
        for replica in coming {
            let node = self.position(of: replica.member.node)
            guard canReceiveForBalance(node, bytes: shard.bytes) else { return false }
            incoming.append(writer.addLearner(on: replica.member.node))
        }
        writer.replace(leaving.map(\.member), by: incoming)
        return true
    }
}
