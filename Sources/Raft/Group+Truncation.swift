/// Forgetting what the applier has written and no member needs, or only a member that is too far behind.
extension Group {
    /// The log may be dropped up to here (rule 9): the applier has written it, so a quorum holds it, and no member
    /// needs it from this replica, whoever leads next. A member that lacks more than `slowFollowerEntriesMax` entries
    /// is not waited for, unless a snapshot is on its way to it: what follows that is kept.
    package var truncatable: LogIndex {
        if isPlanted(.truncatedTooFar) { return max(log.truncated.index, appliedIndex) }
        let kept = min(limits.slowFollowerEntriesMax, appliedIndex.rawValue)
        var target = max(replicatedEverywhere, LogIndex(appliedIndex.rawValue - kept))
        for progress in leadership.progress { target = min(target, progress.truncationCeiling ?? target) }
        return max(log.truncated.index, min(appliedIndex, target))
    }

    /// Drops the log up to `index`, or as far as `truncatable` allows.
    package mutating func truncate(through index: LogIndex) {
        defer { checkInvariants() }
        log.truncate(through: min(index, truncatable))
    }

    /// Gives memory back: at most `byteLimit` bytes of entries stay, besides those still needed here.
    package mutating func shrinkCache(to byteLimit: Int) {
        log.shrinkCache(to: byteLimit, useless: .zero, floor: min(handedOut, durability.persistedIndex))
    }
}
