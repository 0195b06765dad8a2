import Raft
import Wire

/// What a replica keeps in mind about a merge besides what its log says: who waits for it, and since when (rule 33).
struct Merging: Sendable {
    /// Since when this replica knows of it, as the leader that it is now.
    var since: Instant
    /// When the other shard, or whoever knows, was last asked.
    var askedAt = Instant.distantPast

    // The left shard.
    /// Who asked for it here.
    var asker: PendingChange.Asker?
    /// Why it will not come to be.
    var trouble: String?
    /// Merges of the shard that failed one after the other, and when the next one may begin.
    var failures = 0
    var notBefore = Instant.distantPast

    // The right shard.
    /// The node that is to hear when the freeze is held by all.
    var freezeAsker: NodeID?
    /// Whose freeze was appended by this leader and is not applied yet.
    var freezing: Freezing?

    struct Freezing: Sendable, Equatable {
        var left: ShardID
        var merge: UInt64
    }

    init(since: Instant) { self.since = since }
}
