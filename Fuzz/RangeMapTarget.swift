import Keyspace
import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// Descriptors as strangers send them, taken into the map of ranges one by one.
    static let rangeMap = FuzzTarget(name: "range-map") { input in
        var reader = WireReader(input)
        var map = RangeMap()
        while reader.remaining > 0 {
            guard let command = try? reader.readUInt8(), let descriptor = try? reader.readDescriptor() else { return }
            if command & 1 == 0 { map.merge(descriptor) } else { map.remove(descriptor.shard) }
            check(map)
            if let found = map.lookup(descriptor.range.start) {
                Check.that(found.range.contains(descriptor.range.start), "a descriptor without the key")
            }
            for found in map.overlapping(descriptor.range) {
                Check.that(map[shard: found.shard] == found, "a shard is not found by its id")
            }
        }
    } seeds: {
        var seed = ByteBuffer()
        for (number, start) in [[], [0x61], [0x62], [0x61, 0x62]].enumerated() as EnumeratedSequence<[[UInt8]]> {
            var descriptor = Samples.descriptor
            descriptor.shard.rawValue += UInt64(number)
            descriptor.epoch.version += UInt64(number % 2)
            descriptor.range = KeyRange(start: .user(start), end: .user([0x63]))
            seed.writeInteger(UInt8(number == 3 ? 1 : 0))
            seed.writeDescriptor(descriptor)
        }
        return [seed]
    }

    private static func check(_ map: RangeMap) {
        for (one, next) in zip(map.all, map.all.dropFirst()) {
            Check.that(one.range.end <= next.range.start, "ranges overlap")
        }
        for descriptor in map.all {
            Check.that(!descriptor.range.isEmpty, "an empty range")
            Check.that(map[shard: descriptor.shard] == descriptor, "a shard occurs twice")
        }
    }
}
