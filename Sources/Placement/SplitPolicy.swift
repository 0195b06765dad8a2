internal import Keyspace
internal import Raft

/// When a shard is split, and where.
///
/// By size at the key that halves its bytes; by load, after a while, at the key that halves its operations: a hot range
/// is cut before its parts' leaders are spread, since one leader is all that a shard can have.
enum SplitPolicy {
    /// What is to be done about a shard's size and load.
    enum Verdict: Equatable {
        /// Nothing.
        case leave
        case split(at: Key, Operator.Reason)
        /// It is due, and no key is known.
        case stuck(Operator.Reason)
    }

    /// A cheap look that never misses a shard that is due.
    static func mayApply(to shard: ShardView, rules: PlacementRules) -> Bool {
        shard.hotSince != nil || shard.bytes >= rules.splitBytes
    }

    static func verdict(_ shard: ShardView, rules: PlacementRules, now: Instant) -> Verdict {
        guard !shard.isSystem, !shard.isJoint else { return .leave }
        if let since = shard.hotSince, now - since >= rules.splitLoadFor {
            let reason = Operator.Reason.tooHot(
                shard.load.share, operationsPerSecond: shard.load.operationsPerSecond, lasted: now - since)
            if let key = inside(shard, shard.load.halvingKey) { return .split(at: key, reason) }
            // Size may still call for a split that helps.
            guard shard.bytes >= rules.splitBytes else { return .stuck(reason) }
        }
        guard shard.bytes >= rules.splitBytes else { return .leave }
        let reason = Operator.Reason.tooLarge(shard.bytes, limit: rules.splitBytes)
        return inside(shard, shard.middleKey).map { .split(at: $0, reason) } ?? .stuck(reason)
    }

    /// The key, if both parts would have a range.
    private static func inside(_ shard: ShardView, _ key: Key?) -> Key? {
        guard let key, shard.descriptor.range.start < key, key < shard.descriptor.range.end else { return nil }
        return key
    }
}
