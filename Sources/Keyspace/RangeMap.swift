package import Raft

/// Which shard has which keys, as far as known. Descriptors arrive in any order, late and repeatedly; rule 35 decides
/// which of them count.
///
/// Invariants:
/// - descriptors are in the order of their start keys, not empty, and do not overlap;
/// - a shard occurs at most once.
///
/// Keys that no descriptor covers are *unknown*: a newer descriptor removed the old one and its neighbour has not
/// been heard of yet.
package struct RangeMap: Sendable {
    /// All descriptors in key order.
    package private(set) var all: [Descriptor] = []
    private var startByShard: [ShardID: Key] = [:]

    package init() {}

    /// A map of these descriptors, merged one by one.
    package init(_ descriptors: some Sequence<Descriptor>) {
        for descriptor in descriptors { merge(descriptor) }
    }

    /// Takes in `descriptor` unless the map knows better, and forgets what it replaces. Returns whether the map
    /// changed.
    ///
    /// Of two overlapping descriptors the greater version is newer, whatever their shards; `config` is compared within
    /// one shard only (rule 35). Two shards that overlap at the same version cannot both be right: the first one stays.
    @discardableResult
    package mutating func merge(_ descriptor: Descriptor) -> Bool {
        guard !descriptor.range.isEmpty else { return false }
        if let known = self[shard: descriptor.shard], !descriptor.isNewer(than: known),
            !isPlanted(.olderDescriptorKept)
        {
            return false
        }
        let replaced = indices(overlapping: descriptor.range)
        for index in replaced where all[index].shard != descriptor.shard {
            if all[index].epoch.version >= descriptor.epoch.version, !isPlanted(.olderDescriptorKept) { return false }
        }
        for index in replaced { startByShard[all[index].shard] = nil }
        all.replaceSubrange(replaced, with: CollectionOfOne(descriptor))
        removeElsewhere(descriptor)
        startByShard[descriptor.shard] = descriptor.range.start
        return true
    }

    /// The descriptor whose range has `key`.
    package func lookup(_ key: Key) -> Descriptor? {
        let index = firstIndex(endingAfter: key)
        guard index < all.count, all[index].range.start <= key else { return nil }
        return all[index]
    }

    /// The descriptor whose range has the internal key `key`, space byte included.
    package func lookup(_ key: borrowing RawSpan) -> Descriptor? {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if ByteOrder.compare(all[middle].range.end.bytes, key) <= 0 {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < all.count, all[low].range.contains(key) else { return nil }
        return all[low]
    }

    /// The descriptors that share a key with `range`, in key order.
    package func overlapping(_ range: KeyRange) -> [Descriptor] { Array(all[indices(overlapping: range)]) }

    /// The descriptor of `shard`.
    package subscript(shard shard: ShardID) -> Descriptor? {
        guard let start = startByShard[shard] else { return nil }
        let index = firstIndex(endingAfter: start)
        guard index < all.count, all[index].shard == shard else { return nil }
        return all[index]
    }

    /// Forgets `shard`; its keys become unknown.
    package mutating func remove(_ shard: ShardID) {
        guard let start = startByShard.removeValue(forKey: shard) else { return }
        all.remove(at: firstIndex(endingAfter: start))
    }

    /// A shard keeps its start key for life, so this finds nothing unless a descriptor is wrong; then the newer wins.
    private mutating func removeElsewhere(_ descriptor: Descriptor) {
        guard let start = startByShard[descriptor.shard], start != descriptor.range.start else { return }
        all.removeAll { $0.shard == descriptor.shard && $0.range.start == start }
    }

    private func indices(overlapping range: KeyRange) -> Range<Int> {
        let first = firstIndex(endingAfter: range.start)
        guard !range.isEmpty else { return first..<first }
        var end = first
        while end < all.count, all[end].range.start < range.end { end += 1 }
        return first..<end
    }

    private func firstIndex(endingAfter key: Key) -> Int {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].range.end <= key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
