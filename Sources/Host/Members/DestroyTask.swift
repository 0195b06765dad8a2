package import Keyspace
package import Raft
package import Storage

/// The end of a replica on this node: one atomic batch, synced before anything follows from it (rule 29). Its log goes
/// after that; a log without `l` records is swept at the next start.
package struct DestroyTask: Sendable, Equatable {
    /// Which replica; its id is the tombstone.
    package var name: LogName
    /// What it held; nil: nothing is known to be its own.
    package var range: KeyRange?
    /// Whether it was a suspect whose place another replica on this node is to take (rule 15).
    package var returns: Bool
    /// The shard that this one is a part of now (rule 33).
    package var absorbedBy: ShardID?

    package init(name: LogName, range: KeyRange?, returns: Bool, absorbedBy: ShardID? = nil) {
        self.absorbedBy = absorbedBy
        self.name = name
        self.range = range
        self.returns = returns
    }

    /// Puts it all into `batch`. Nothing of the replica may be outstanding, and the tombstone must not go down.
    package func build(into batch: any StateBatch) {
        if !isPlanted(.tombstoneNotWritten) {
            NodeKey.tombstone(name.shard).withBytes { key in
                let value =
                    absorbedBy.map { NodeKey.tombstoneValue(name.replica, absorbedBy: $0) }
                    ?? NodeKey.tombstoneValue(name.replica)
                value.withBytes { batch.putNode(key, value: $0) }
            }
        }
        if returns {
            NodeKey.returning(name.shard).withBytes { key in
                NodeKey.tombstoneValue(name.replica).withBytes { batch.putNode(key, value: $0) }
            }
        }
        let (start, end) = ShardRecordKey.range(name.shard)
        start.withBytes { start in end.withBytes { batch.deleteRange(from: start, to: $0) } }
        guard let range else { return }
        range.start.bytes.withBytes { start in
            range.end.bytes.withBytes { batch.deleteRange(from: start, to: $0) }
        }
    }
}
