package import Keyspace
package import Raft
package import Wire

extension Router {
    /// A node's whole belief. Its word about leaders counts where its descriptor is the one that counts.
    package mutating func absorb(_ table: RouteTable) {
        for address in table.nodes { learn(address) }
        var leaders: [ShardID: NodeID] = [:]
        for route in table.routes {
            map.merge(route.descriptor)
            if let leader = route.leader { leaders[route.descriptor.shard] = leader }
        }
        rebuild { leaders[$0] }
    }

    /// Descriptors that a node answered with because the request's route was old. Returns whether something was new.
    @discardableResult
    package mutating func absorb(_ descriptors: [Descriptor]) -> Bool {
        var changed = false
        for descriptor in descriptors where map.merge(descriptor) { changed = true }
        if changed { rebuild { _ in nil } }
        return changed
    }

    /// `node` says that it does not lead `shard`, and perhaps who does. Returns whether another node is worth asking
    /// at once: a hint that is neither the speaker nor a node that failed.
    @discardableResult
    package mutating func notLeader(
        _ shard: ShardID, said node: NodeID, hint: NodeAddress?, at now: Instant
    ) -> Bool {
        if let hint { learn(hint) }
        guard let index = targets.firstIndex(where: { $0.stamp.shard == shard }) else { return false }
        if let hint, hint.node != node, !hasFailed(hint.node, at: now) {
            targets[index].leader = hint.node
            return true
        }
        if targets[index].leader == node { targets[index].leader = nil }
        return false
    }

    /// `node` could not be reached, or its connection broke: it is passed over for a while.
    package mutating func nodeFailed(_ node: NodeID, at now: Instant) {
        failed[node] = now + failurePause
        for index in targets.indices where targets[index].leader == node { targets[index].leader = nil }
    }

    /// A connection to `node` is there.
    package mutating func nodeReached(_ node: NodeID) { failed[node] = nil }

    /// Where a node is: the newest word counts.
    package mutating func learn(_ address: NodeAddress) {
        let place = nodes.firstIndex { $0.node >= address.node } ?? nodes.count
        if place < nodes.count, nodes[place].node == address.node {
            nodes[place] = address
        } else {
            nodes.insert(address, at: place)
        }
    }

    /// Makes the flat form of the map again. Leaders: the newest word, else what was known of the same shard; a shard
    /// that was not known begins where the one was led that had its keys.
    private mutating func rebuild(_ leader: (ShardID) -> NodeID?) {
        var known: [ShardID: NodeID] = [:]
        var shards: Set<ShardID> = []
        for target in targets {
            known[target.stamp.shard] = target.leader
            shards.insert(target.stamp.shard)
        }
        targets = map.all.map { descriptor in
            var guess = known[descriptor.shard]
            if !shards.contains(descriptor.shard) {
                let start = descriptor.range.start.bytes
                guess =
                    targets.first {
                        ByteOrder.compare($0.start, start) <= 0 && ByteOrder.compare($0.end, start) > 0
                    }?.leader
            }
            return RouteTarget(descriptor, leader: leader(descriptor.shard) ?? guess)
        }
    }
}
