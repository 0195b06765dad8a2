import Keyspace
import Raft
import Testing

/// Rule 35, against histories of splits, merges and moves, told late, repeatedly and in any order.
@Suite struct RangeMapTests {
    static func descriptor(
        _ shard: UInt64, _ start: Int, _ end: Int, version: UInt64, config: UInt64 = 1
    ) -> Descriptor {
        Descriptor(
            shard: ShardID(shard), range: KeyRange(start: key(start), end: key(end)),
            epoch: Epoch(version: version, config: config),
            configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
            nextReplica: ReplicaID(2))
    }

    static func key(_ number: Int) -> Key { .user([UInt8(truncatingIfNeeded: number)]) }

    @Test func newerVersionReplacesWhatItOverlaps() {
        var map = RangeMap([Self.descriptor(1, 0, 100, version: 1)])
        #expect(map.merge(Self.descriptor(2, 50, 100, version: 2)) == true)
        #expect(map.lookup(Self.key(10)) == nil)
        #expect(map.lookup(Self.key(60))?.shard == ShardID(2))
        #expect(map[shard: ShardID(1)] == nil)
        // The parent before the split comes again, late.
        #expect(map.merge(Self.descriptor(1, 0, 100, version: 1)) == false)
        #expect(map.merge(Self.descriptor(1, 0, 50, version: 2)) == true)
        #expect(map.lookup(Self.key(49))?.shard == ShardID(1))
        #expect(map.lookup(Self.key(50))?.shard == ShardID(2))
        #expect(map.all.map(\.shard.rawValue) == [1, 2])
    }

    @Test func configCountsWithinAShardOnly() {
        var map = RangeMap([Self.descriptor(1, 0, 10, version: 3, config: 5)])
        #expect(map.merge(Self.descriptor(1, 0, 10, version: 3, config: 5)) == false)
        #expect(map.merge(Self.descriptor(1, 0, 10, version: 3, config: 4)) == false)
        #expect(map.merge(Self.descriptor(1, 0, 10, version: 3, config: 6)) == true)
        #expect(map.merge(Self.descriptor(2, 0, 5, version: 3, config: 99)) == false)
        #expect(map.merge(Self.descriptor(2, 0, 5, version: 2, config: 99)) == false)
        #expect(map.merge(Self.descriptor(2, 0, 5, version: 4, config: 0)) == true)
    }

    @Test func emptyRangesAreIgnored() {
        var map = RangeMap()
        #expect(map.merge(Self.descriptor(1, 5, 5, version: 1)) == false)
        #expect(map.merge(Self.descriptor(1, 6, 5, version: 1)) == false)
        #expect(map.all.isEmpty)
        #expect(map.lookup(Self.key(5)) == nil)
        #expect(map.overlapping(.user).isEmpty)
    }

    @Test func removedShardsAreUnknown() {
        var map = RangeMap([Self.descriptor(1, 0, 5, version: 1), Self.descriptor(2, 5, 9, version: 1)])
        map.remove(ShardID(1))
        map.remove(ShardID(7))
        #expect(map.lookup(Self.key(1)) == nil)
        #expect(map.lookup(Self.key(6))?.shard == ShardID(2))
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func anyOrderEndsInTheLastTiling(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var history = History()
        for _ in 0..<40 { history.step(&random) }
        var map = RangeMap()
        var told = history.told + history.told.filter { _ in Bool.random(using: &random) }
        told.shuffle(using: &random)
        for descriptor in told {
            map.merge(descriptor)
            checkInvariants(map)
        }
        // Every descriptor of the end has been told, so the map is the end.
        #expect(map.all == history.live.sorted { $0.range.start < $1.range.start })
        for number in 0...255 {
            let key = Self.key(number)
            let expected = history.live.first { $0.range.contains(key) }
            #expect(map.lookup(key) == expected)
            #expect(unsafe map.lookup(key.bytes.span.bytes) == expected)
        }
    }

    @Test func overlappingAgreesWithBruteForce() {
        var random = SeededRandom(seed: 9)
        var history = History()
        for _ in 0..<60 { history.step(&random) }
        let map = RangeMap(history.live)
        for _ in 0..<500 {
            let range = KeyRange(
                start: Self.key(Int.random(in: 0...250, using: &random)),
                end: Self.key(Int.random(in: 0...255, using: &random)))
            #expect(map.overlapping(range) == map.all.filter { $0.range.overlaps(range) })
        }
    }

    private func checkInvariants(_ map: RangeMap) {
        for (a, b) in zip(map.all, map.all.dropFirst()) { #expect(a.range.end <= b.range.start) }
        #expect(Set(map.all.map(\.shard)).count == map.all.count)
        for descriptor in map.all { #expect(map[shard: descriptor.shard] == descriptor) }
    }

    /// What a cluster does to its shards, by rule 35.
    private struct History {
        var live: [Descriptor] = [RangeMapTests.descriptor(1, 0, 256 - 1, version: 1)]
        var told: [Descriptor] = []
        var nextShard: UInt64 = 2

        init() { told = live }

        mutating func step(_ random: inout SeededRandom) {
            let index = Int.random(in: 0..<live.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1: split(index, &random)
            case 2: merge(index)
            default:
                live[index].epoch.config += 1
                told.append(live[index])
            }
        }

        private mutating func split(_ index: Int, _ random: inout SeededRandom) {
            guard let start = live[index].range.start.bytes.last, let end = live[index].range.end.bytes.last,
                end - start >= 2
            else { return }
            let border = RangeMapTests.key(Int(UInt8.random(in: (start + 1)..<end, using: &random)))
            live[index].epoch.version += 1
            var child = live[index]
            child.shard = ShardID(nextShard)
            child.epoch.config = 1
            nextShard += 1
            child.range.start = border
            live[index].range.end = border
            live.append(child)
            told += [live[index], child]
        }

        private mutating func merge(_ index: Int) {
            let end = live[index].range.end
            guard let right = live.firstIndex(where: { $0.range.start == end }) else { return }
            live[index].epoch.version = max(live[index].epoch.version, live[right].epoch.version) + 1
            live[index].range.end = live[right].range.end
            told.append(live[index])
            live.remove(at: right)
        }
    }
}
