package import Raft
package import Storage

/// What changes which shards the applier knows; done in order, before the entries of the same turn.
package enum ApplyChange: Sendable {
    /// An installed snapshot takes the place of whatever was known of the shard (rule 31).
    case adopt(ShardState)
    /// The replica goes. The task's batch is written and synced, then `Host.destroyed` is told.
    case destroy(DestroyTask)
    /// Another replica has taken the place of a suspect one: the row that asked for it goes.
    case returned(ShardID)
    /// The task's only entry makes the other replica, which is frozen and has nothing outstanding, a part of the task's
    /// (rule 33). Written and synced as one batch, then `Host.applied` and `Host.destroyed` are told.
    case absorb(ApplyTask, LogName)
}
