/// Forgetting what every member has and the applier has written.
extension Group {
    /// The log may be dropped up to here (rule 9): the applier has written it, and no member needs it from this
    /// replica, whoever leads next.
    package var truncatable: LogIndex { max(log.truncated.index, min(appliedIndex, replicatedEverywhere)) }

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
