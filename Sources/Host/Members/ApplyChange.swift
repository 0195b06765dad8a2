package import Raft

/// What changes which shards the applier knows; done in order, before the entries of the same turn.
package enum ApplyChange: Sendable {
    /// An installed snapshot takes the place of whatever was known of the shard (rule 31).
    case adopt(ShardState)
    /// The replica goes. The task's batch is written and synced, then `Host.destroyed` is told.
    case destroy(DestroyTask)
    /// Another replica has taken the place of a suspect one: the row that asked for it goes.
    case returned(ShardID)
}
