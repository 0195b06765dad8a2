package import Keyspace
package import Raft

/// What a placement leader has heard since it leads, and nothing else (rule 37).
///
/// Invariants:
/// - nodes are in the order of their ids, shards in the order of their start keys, operators in that of their shards;
/// - shards do not overlap; of two that would, the greater version is here (rule 35);
/// - a shard is in at most one operator, as its own or as its partner.
package struct ClusterView: Sendable {
    /// On the placement leader's steady clock: no silence and no coldness is older.
    package let leadingSince: Instant
    /// In the order of their ids.
    package internal(set) var nodes: [NodeView] = []
    /// In the order of their start keys.
    package internal(set) var shards: [ShardView] = []
    /// The operators that have a row.
    package private(set) var operators: [RunningOperator] = []
    /// Every shard that is in one of them.
    private var taken: Set<ShardID> = []
    /// Shards of which nobody knows what is being done with them: nothing is planned there.
    private(set) var leftAlone: Set<ShardID> = []

    package init(leadingSince: Instant) { self.leadingSince = leadingSince }

    /// What is known of node `id`.
    package func node(_ id: NodeID) -> NodeView? {
        let position = nodePosition(id)
        return position < nodes.count && nodes[position].id == id ? nodes[position] : nil
    }

    /// Has nothing planned for these shards, and for no others again.
    package mutating func leaveAlone(_ shards: Set<ShardID>) { leftAlone = shards }

    /// The shard with this id. Looks at all of them.
    package func shard(_ id: ShardID) -> ShardView? { shards.first { $0.id == id } }

    /// The shard whose range has `key`.
    package func shard(at key: Key) -> ShardView? {
        let position = firstShard(endingAfter: key)
        guard position < shards.count, shards[position].descriptor.range.contains(key) else { return nil }
        return shards[position]
    }

    /// The operator that `shard` is in.
    package func operation(on shard: ShardID) -> Operator? {
        guard taken.contains(shard) else { return nil }
        return operators.first { $0.planned.shard == shard || $0.planned.partner == shard }?.planned
    }

    /// Takes in what is known of a node, in place of what was.
    package mutating func update(_ node: NodeView) {
        let position = nodePosition(node.id)
        if position < nodes.count, nodes[position].id == node.id {
            nodes[position] = node
        } else {
            nodes.insert(node, at: position)
        }
    }

    /// Forgets a node that has left the cluster.
    package mutating func forget(_ node: NodeID) { nodes.removeAll { $0.id == node } }

    /// Adds an operator whose row was written, or found by a new placement leader. Returns false, and adds nothing,
    /// when a shard of it has one already.
    @discardableResult
    package mutating func begin(_ planned: Operator, at now: Instant) -> Bool {
        guard taken.isDisjoint(with: planned.shards) else { return false }
        taken.formUnion(planned.shards)
        let position = operators.firstIndex { $0.planned.shard > planned.shard } ?? operators.endIndex
        operators.insert(RunningOperator(planned: planned, begunAt: now), at: position)
        return true
    }

    /// What was planned because these shards were quiet has failed: it is thought of again when they have been for as
    /// long once more.
    package mutating func restartQuiet(_ names: [ShardID], now: Instant) {
        for position in shards.indices where names.contains(shards[position].id) && shards[position].quietSince != nil {
            shards[position].quietSince = now
        }
    }

    /// Drops the operator of `shard`, whose row is gone.
    package mutating func end(_ shard: ShardID) {
        guard let position = operators.firstIndex(where: { $0.planned.shard == shard }) else { return }
        taken.subtract(operators.remove(at: position).planned.shards)
    }

    private func nodePosition(_ id: NodeID) -> Int {
        var low = 0
        var high = nodes.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func firstShard(endingAfter key: Key) -> Int {
        var low = 0
        var high = shards.count
        while low < high {
            let middle = (low + high) / 2
            if shards[middle].descriptor.range.end <= key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
