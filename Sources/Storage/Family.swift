/// The column families of a store. Names and contents are on disks: do not rename.
package enum Family: String, CaseIterable, Hashable, Sendable {
    /// Chunks of entries (`LogKey`).
    case log
    /// One head per log (`LogHead`).
    case raft
    /// Users' and the cluster's keys and the shards' records (`DataValue`, `ShardRecordKey`).
    case data
    /// The node's own rows (`NodeKey`).
    case node
    /// Reserved for watches that survive splits (rule 40).
    case history
}
