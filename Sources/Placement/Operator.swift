package import Raft

/// A planned change of one shard: steps that its leader performs one by one, each on the condition that the shard is
/// in exactly the epoch that the step expects (rule 37).
///
/// Invariants:
/// - no step leaves the shard with fewer live voters than it had before the first;
/// - whoever comes is added before whoever goes is removed, except where only the same node can hold the newcomer;
/// - after any step the shard may be left alone: it is served, and a pass finds what is to be finished or undone.
package struct Operator: Hashable, Sendable {
    package let shard: ShardID
    /// The right neighbour in a merge; no other operator may touch it either.
    package let partner: ShardID?
    /// In the order in which they are to be done.
    package let steps: [Step]
    package let priority: Priority
    package let reason: Reason
    /// How long it may run before it is given up. A length, since a later placement leader has another clock.
    package let patience: Interval

    package init(
        shard: ShardID, partner: ShardID? = nil, steps: [Step], priority: Priority, reason: Reason,
        patience: Interval
    ) {
        self.shard = shard
        self.partner = partner
        self.steps = steps
        self.priority = priority
        self.reason = reason
        self.patience = patience
    }

    /// The shards that no other operator may touch meanwhile.
    package var shards: [ShardID] { [shard] + (partner.map { [$0] } ?? []) }
}

extension Operator: CustomStringConvertible {
    package var description: String {
        "shard \(shard), \(priority): \(steps.map(\.description).joined(separator: "; ")) (\(reason))"
    }
}
