import Keyspace
import Raft

/// Compares the disks of a cluster that has ended in peace.
struct StoreComparison {
    /// By node.
    private let stores: [(node: Int, store: StoredShards)]
    private(set) var problems: [String] = []

    init(_ stores: [(node: Int, store: StoredShards)]) {
        self.stores = stores
        let shards = newest()
        compareTiles(shards)
        for shard in shards { compare(shard) }
        for (node, store) in stores where !store.strays.isEmpty {
            problems.append("node \(node) has \(store.strays.count) rows of no replica: \(Self.shown(store.strays))")
        }
    }

    /// Each shard as whoever knows most knows it, in key order.
    private func newest() -> [Descriptor] {
        var found: [ShardID: Descriptor] = [:]
        for (_, store) in stores {
            for shard in store.shards where found[shard.shard].map({ shard.isNewer(than: $0) }) ?? true {
                found[shard.shard] = shard
            }
        }
        return found.values.sorted { $0.range.start < $1.range.start }
    }

    /// Every user's key belongs to one shard.
    private mutating func compareTiles(_ shards: [Descriptor]) {
        var next = KeyRange.user.start
        for shard in shards where shard.range.start >= KeyRange.user.start {
            if shard.range.start != next {
                problems.append("no shard, or two, between \(next) and \(shard.range.start)")
            }
            next = shard.range.end
        }
        if next != KeyRange.user.end { problems.append("no shard from \(next) on") }
    }

    /// Who should have a replica has it, nobody else does, and all have the same rows.
    private mutating func compare(_ shard: Descriptor) {
        let holders = stores.filter { entry in entry.store.shards.contains { $0.shard == shard.shard } }
        let members = shard.configuration.members.map { Int($0.node.rawValue) }.sorted()
        if holders.map(\.node) != members {
            problems.append("shard \(shard.shard) is on \(holders.map(\.node)), not on \(members)")
        }
        guard let first = holders.first else { return }
        let expected = first.store.rows(in: shard.range)
        for (node, store) in holders {
            if !store.shards.contains(shard) { problems.append("node \(node) has an older shard \(shard.shard)") }
            let other = store.rows(in: shard.range)
            guard other != expected else { continue }
            let keys = Set(expected.keys).union(other.keys).filter { expected[$0] != other[$0] }
            problems.append(
                "shard \(shard.shard): node \(node) differs from node \(first.node) in \(keys.count) rows: "
                    + Self.shown(Array(keys)))
        }
    }

    private static func shown(_ keys: [[UInt8]]) -> String {
        keys.map { String(decoding: $0.dropFirst(), as: UTF8.self) }.sorted().prefix(3).joined(separator: ", ")
    }
}
