/// The times and sizes of a group. One value for the whole cluster: promises and leases are only safe when both
/// sides use the same (rule 1).
package struct Limits: Sendable {
    /// How long an answer to the leader binds the follower (rule 1).
    package var promise: Interval = .milliseconds(150)
    /// Silence after which a follower of a live connection may campaign: drawn from this range.
    package var electionTimeoutMin: Interval = .seconds(1)
    /// The end of that range; not less than `electionTimeoutMin`.
    package var electionTimeoutMax: Interval = .seconds(2)
    /// The k-th voter after the leader waits k of these before it campaigns (rule 3).
    package var campaignStagger: Interval = .milliseconds(20)
    /// A lost round is retried after a draw from this range; the range doubles with each further loss…
    package var retryMin: Interval = .milliseconds(20)
    /// The end of that range; not less than `retryMin`.
    package var retryMax: Interval = .milliseconds(60)
    /// …up to this.
    package var retryCeiling: Interval = .seconds(1)
    /// How far two clocks may drift within a promise, in parts per million; leases are shortened by it (rule 2).
    package var clockErrorPartsPerMillion: Int64 = 10_000
    /// Unacknowledged bytes of one follower; one append beyond it is allowed so that a large entry can pass.
    package var inflightBytesMax: Int = 4 << 20
    /// Unacknowledged appends of one follower.
    package var inflightMessagesMax: Int = 256
    /// Entries of one append message, in bytes; a single larger entry goes alone.
    package var appendBytesMax: Int = 1 << 20
    /// Log bytes appended but not committed; more are refused (`ProposeError.tooMuchUncommitted`).
    package var uncommittedBytesMax: Int = 64 << 20
    /// Applied entries kept in the log for members that lack them; one that lacks more needs a snapshot. With batches
    /// of 64 operations this is a few minutes of a busy shard, and about 1 GiB of log at most.
    package var slowFollowerEntriesMax: UInt64 = 50_000
    /// A change of voters is proposed only if a quorum of the incoming ones was heard within this (rule 28).
    package var incomingHeardWithin: Interval = .seconds(1)
    /// Recent entries kept in memory per group for followers and the applier, in bytes. Entries that are not yet
    /// durable or not yet handed to the applier are kept whatever their size.
    package var cacheBytesMax: Int = 1 << 20
    /// Entries in memory of a replica whose log waits at a barrier (`Group.barrier`), in bytes: what comes behind it
    /// stays there for as long as that takes, so no more is taken. Several times what a merge that goes its way lets
    /// gather.
    package var barrierBytesMax: Int = 32 << 20
    /// An append without an answer for this long is sent again as a probe.
    package var resendAfter: Interval = .milliseconds(300)
    /// A commit that no append carried is told to the followers at latest after this, so that all members of a
    /// quiet group know their final commit index.
    package var commitNoticeAfter: Interval = .milliseconds(5)

    /// A node not heard for this long is silent: the host ticks the groups that have a member there.
    package var silence: Interval { Interval(nanoseconds: promise.nanoseconds * 2) }

    package init() {}
}
