package import Keyspace
package import Raft
package import Wire

extension Router {
    /// Where a request for the internal key `key` goes: to the leader, if one is known and has not failed, else to the
    /// replicas in turn; to nobody while all of them have failed.
    package mutating func route(_ key: borrowing RawSpan, at now: Instant) -> RouteDecision {
        guard let index = place(of: key) else { return .lookup }
        let stamp = targets[index].stamp
        if let leader = targets[index].leader, !hasFailed(leader, at: now) { return .send(to: leader, stamp) }
        guard let node = nextReplica(of: index, at: now) else { return .lookup }
        return .send(to: node, stamp)
    }

    /// As above, for reads that any replica may serve: spreads them over the replicas.
    package mutating func routeToAny(_ key: borrowing RawSpan, at now: Instant) -> RouteDecision {
        guard let index = place(of: key), let node = nextReplica(of: index, at: now) else { return .lookup }
        return .send(to: node, targets[index].stamp)
    }

    /// The node thought to lead the shard of `key`, unless it failed a short time ago.
    package func leader(of key: borrowing RawSpan, at now: Instant) -> NodeID? {
        guard let index = place(of: key), let leader = targets[index].leader, !hasFailed(leader, at: now) else {
            return nil
        }
        return leader
    }

    /// The shard of `key` and the exclusive end of its range, for what is split by shards; nil when unknown.
    package func shard(of key: borrowing RawSpan) -> (stamp: RouteStamp, start: Key, end: Key)? {
        guard let index = place(of: key) else { return nil }
        return (targets[index].stamp, Key(targets[index].start), Key(targets[index].end))
    }

    /// The shard that has the greatest key below `end`: where a reverse scan begins; nil when unknown.
    package func shard(below end: Key) -> (stamp: RouteStamp, start: Key, end: Key)? {
        guard let index = targets.lastIndex(where: { ByteOrder.compare($0.start, end.bytes) < 0 }),
            ByteOrder.compare(targets[index].end, end.bytes) >= 0
        else { return nil }
        return (targets[index].stamp, Key(targets[index].start), Key(targets[index].end))
    }

    private mutating func nextReplica(of index: Int, at now: Instant) -> NodeID? {
        let count = targets[index].nodes.count
        for step in 0..<count {
            let turn = (targets[index].turn + step) % count
            let node = targets[index].nodes[turn]
            if !hasFailed(node, at: now) {
                targets[index].turn = (turn + 1) % count
                return node
            }
        }
        return nil
    }

    /// The index of the target that has `key`.
    func place(of key: borrowing RawSpan) -> Int? {
        var low = 0
        var high = targets.count
        while low < high {
            let middle = (low + high) / 2
            if ByteOrder.compare(targets[middle].end, key) <= 0 { low = middle + 1 } else { high = middle }
        }
        guard low < targets.count, ByteOrder.compare(targets[low].start, key) <= 0 else { return nil }
        return low
    }
}
