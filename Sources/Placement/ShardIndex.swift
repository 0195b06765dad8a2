/// The shards of every node, as positions in ascending order: one array, cut by node.
struct ShardIndex: Sendable {
    private var starts: [Int] = []
    private var entries: [Int32] = []

    /// Of no node.
    init() {}

    var isEmpty: Bool { starts.isEmpty }

    /// From the nodes of every shard: those of shard s are `members[offsets[s]..<offsets[s + 1]]`.
    init(nodes: Int, members: [Int32], offsets: [Int32]) {
        starts = [Int](repeating: 0, count: nodes + 1)
        for node in members { starts[Int(node) + 1] += 1 }
        for node in 0..<nodes { starts[node + 1] += starts[node] }
        var next = starts
        entries = [Int32](repeating: 0, count: members.count)
        for shard in 0..<max(0, offsets.count - 1) {
            for place in Int(offsets[shard])..<Int(offsets[shard + 1]) {
                let node = Int(members[place])
                entries[next[node]] = Int32(clamping: shard)
                next[node] += 1
            }
        }
    }

    /// From one node per shard; -1 for none.
    init(nodes: Int, owners: [Int32]) {
        starts = [Int](repeating: 0, count: nodes + 1)
        for owner in owners where owner >= 0 { starts[Int(owner) + 1] += 1 }
        for node in 0..<nodes { starts[node + 1] += starts[node] }
        var next = starts
        entries = [Int32](repeating: 0, count: starts[nodes])
        for (shard, owner) in owners.enumerated() where owner >= 0 {
            entries[next[Int(owner)]] = Int32(clamping: shard)
            next[Int(owner)] += 1
        }
    }

    /// The shards of `node`.
    func shards(of node: Int) -> ArraySlice<Int32> { entries[starts[node]..<starts[node + 1]] }
}
