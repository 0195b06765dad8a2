package import Keyspace
package import Raft

extension ClusterView {
    /// Takes in a descriptor from the map's rows. It says where replicas are; how the shard is takes a report.
    /// Returns whether the view knew nothing newer.
    @discardableResult
    package mutating func learn(_ descriptor: Descriptor) -> Bool { place(descriptor) != nil }

    /// Takes in the report of a shard's leader, unless it is older than what is known.
    @discardableResult
    package mutating func observe(_ report: ShardReport, rules: PlacementRules, now: Instant) -> Bool {
        guard let position = place(report.descriptor) else { return false }
        shards[position].take(report, rules: rules, now: now)
        return true
    }

    /// Where the shard of `descriptor` stands after it was taken in; nil when it is outdated.
    ///
    /// Inserting moves the shards behind it, a few milliseconds with 100,000 of them: splits are rare.
    private mutating func place(_ descriptor: Descriptor) -> Int? {
        guard !descriptor.range.isEmpty else { return nil }
        let first = firstShard(endingAfter: descriptor.range.start)
        if first < shards.count, shards[first].id == descriptor.shard,
            shards[first].descriptor.range == descriptor.range
        {
            if shards[first].descriptor.isNewer(than: descriptor) { return nil }
            shards[first].follow(descriptor)
            return first
        }
        var end = first
        while end < shards.count, shards[end].descriptor.range.start < descriptor.range.end {
            // Of overlapping descriptors the greater version is newer, whatever their shards (rule 35).
            guard shards[end].descriptor.epoch.version < descriptor.epoch.version else { return nil }
            end += 1
        }
        var placed = ShardView(descriptor)
        if first < end, shards[first].id == descriptor.shard { placed.keepLeader(of: shards[first]) }
        shards.replaceSubrange(first..<end, with: CollectionOfOne(placed))
        return first
    }
}
