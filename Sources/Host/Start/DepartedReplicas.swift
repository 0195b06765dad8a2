package import Raft
package import Storage

/// What a store remembers of replicas that are gone, by shard in order.
package struct DepartedReplicas: Sendable, Equatable {
    /// The greatest id that was destroyed here; none up to it ever comes back (rule 29).
    package var tombstones: [(shard: ShardID, replica: ReplicaID)] = []
    /// Voters that were destroyed as suspects, and whose place another replica on this node is to take (rule 15).
    package var returns: [(shard: ShardID, replica: ReplicaID)] = []
    /// Those among the tombstones that became part of another shard (rule 33).
    package var absorbed: [(shard: ShardID, left: ShardID)] = []

    package init() {}

    package static func == (a: DepartedReplicas, b: DepartedReplicas) -> Bool {
        a.tombstones.elementsEqual(b.tombstones) { $0 == $1 } && a.returns.elementsEqual(b.returns) { $0 == $1 }
    }

    /// Takes in the end of a replica; what is remembered never goes down (rule 29).
    mutating func bury(_ name: LogName) {
        guard let position = tombstones.firstIndex(where: { $0.shard >= name.shard }) else {
            return tombstones.append((name.shard, name.replica))
        }
        guard tombstones[position].shard == name.shard else {
            return tombstones.insert((name.shard, name.replica), at: position)
        }
        tombstones[position].replica = max(tombstones[position].replica, name.replica)
    }

    /// Reads the node's own rows.
    package static func read(from store: any StateStore) throws(StorageError) -> DepartedReplicas {
        var departed = DepartedReplicas()
        departed.tombstones = try rows(store, NodeKey.tombstones, NodeKey.tombstoneSpace) { shard, value in
            if let left = NodeKey.decodeAbsorber(value: value) { departed.absorbed.append((shard, left)) }
        }
        departed.returns = try rows(store, NodeKey.returns, NodeKey.returnSpace)
        return departed
    }

    private static func rows(
        _ store: any StateStore, _ range: (start: [UInt8], end: [UInt8]), _ space: UInt8,
        note: (ShardID, RawSpan) -> Void = { _, _ in }
    ) throws(StorageError) -> [(shard: ShardID, replica: ReplicaID)] {
        var found: [(shard: ShardID, replica: ReplicaID)] = []
        var failure: StorageError?
        try range.start.withBytes { (start) throws(StorageError) in
            try range.end.withBytes { (end) throws(StorageError) in
                try store.iterateNode(from: start, to: end) { key, value in
                    do throws(StorageError) {
                        found.append(try NodeKey.decodeTombstone(key: key, value: value, space: space))
                        if let last = found.last { note(last.shard, value) }
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
        }
        if let failure { throw failure }
        return found
    }
}
