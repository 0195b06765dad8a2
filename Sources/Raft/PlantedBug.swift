/// A mistake planted on purpose, so that the simulator can prove that it would find it (RELIABILITY §6). Each is one
/// line somewhere below, and is there only in a build with `PLANTED_BUGS`; one at a time is switched on, for a whole
/// process.
package enum PlantedBug: String, CaseIterable, Sendable {
    // Raft.
    /// Entries are acknowledged before they are durable.
    case acknowledgedBeforeSync = "acknowledged-before-sync"
    /// A vote leaves before it is durable.
    case votedBeforePersisted = "voted-before-persisted"
    /// A start forgets the vote of its term.
    case forgottenVote = "forgotten-vote"
    /// A start forgets that it may owe a promise.
    case forgottenPromise = "forgotten-promise"
    /// An entry of an earlier term is committed by counting (paper, figure 8).
    case oldTermCommitted = "old-term-committed"
    /// An append is taken whatever term its predecessor has here.
    case previousNotChecked = "previous-not-checked"
    /// A voter does not compare logs.
    case staleCandidateElected = "stale-candidate-elected"
    /// A voter gives its vote to everybody who asks.
    case votedTwice = "voted-twice"
    /// A voter votes against its promise.
    case promiseBroken = "promise-broken"
    /// A read takes the commit index as it is, before the own term has committed anything.
    case readBeforeOwnCommit = "read-before-own-commit"
    /// All read rounds have the same id.
    case readRoundReused = "read-round-reused"
    /// A lease goes on after timeout-now.
    case leaseKeptOnTransfer = "lease-kept-on-transfer"
    /// Leases ignore that clocks drift, and last twice as long.
    case leaseTooLong = "lease-too-long"
    /// A lease counts from now on, whoever answered when.
    case leaseWithoutQuorum = "lease-without-quorum"
    /// A read round is won by the leader alone.
    case roundWithoutQuorum = "round-without-quorum"
    /// One vote less than a majority elects.
    case minorityElected = "minority-elected"
    /// One copy less than a majority commits.
    case minorityCommits = "minority-commits"
    /// The completion of an overwritten append counts for what replaced it.
    case overwrittenAppendCounts = "overwritten-append-counts"
    /// An append commits what this term's leader is not known to share.
    case unverifiedCommitted = "unverified-committed"
    /// A new leader commits nothing of its own.
    case noEntryOnElection = "no-entry-on-election"
    /// A leader does not notice that a follower's process is a new one, which owes it nothing.
    case leaseSurvivesRestart = "lease-survives-restart"

    /// A lease counts from when an answer came, not from when it was asked for.
    case leaseFromReceipt = "lease-from-receipt"
    /// A leader counts itself before its own disk has the entry.
    case ownDiskNotAwaited = "own-disk-not-awaited"
    /// Entries are applied before the own disk has them.
    case appliedBeforeWritten = "applied-before-written"
    /// A follower serves reads as a leader does.
    case followerServes = "follower-serves"
    /// A log is truncated although others still need it.
    case truncatedTooFar = "truncated-too-far"

    // Members and snapshots.
    /// What a learner holds counts like what a voter holds.
    case learnerCounted = "learner-counted"
    /// Of a joint configuration only the incoming half counts.
    case oneHalfOfJoint = "one-half-of-joint"
    /// A leader that is no voter any more goes on counting itself.
    case removedLeaderCounted = "removed-leader-counted"
    /// A configuration is appended while another is not applied.
    case secondChangeAllowed = "second-change-allowed"
    /// A start forgets the outgoing half of a joint configuration.
    case jointForgottenAtStart = "joint-forgotten-at-start"
    /// A learner is promoted whatever it lacks.
    case promotedTooEarly = "promoted-too-early"
    /// A snapshot brings everything but the configuration.
    case snapshotWithoutConfiguration = "snapshot-without-configuration"
    /// A snapshot is installed over later state.
    case oldSnapshotInstalled = "old-snapshot-installed"
    /// A snapshot leaves the sessions' answers behind.
    case snapshotWithoutSessions = "snapshot-without-sessions"
    /// A destroyed replica leaves no tombstone.
    case tombstoneNotWritten = "tombstone-not-written"
    /// The id of a replica that has left is given out again.
    case reusedReplicaID = "reused-replica-id"
    /// A replica goes because of a descriptor that is older than itself.
    case oldDescriptorObeyed = "old-descriptor-obeyed"

    // Host.
    /// A read does not wait for its index to be applied.
    case readBeforeApplied = "read-before-applied"
    /// What is uncertain is reported as not applied.
    case ambiguousAsNotApplied = "ambiguous-as-not-applied"
    /// A repeated command is applied again.
    case appliedTwice = "applied-twice"
    /// A command that comes after its client had the answer is applied again.
    case expiredApplied = "expired-applied"
    /// The answers are not kept with the state: a start forgets them.
    case sessionsForgotten = "sessions-forgotten"
    /// Conditions do not see what stands before them in the same batch.
    case applyDependsOnBatch = "apply-depends-on-batch"
    /// A new leader's clock may stamp below what is in the log.
    case stampGoesBack = "stamp-goes-back"
    /// A compare-and-set ignores its condition.
    case conditionIgnored = "condition-ignored"
    /// A delete does nothing.
    case deleteIgnored = "delete-ignored"
    /// The second operation of a batch is dropped.
    case halfBatch = "half-batch"
    /// A scan page misses its last row.
    case pageMissesRow = "page-misses-row"

    // Ranges.
    /// The epoch is compared when a write arrives, and not again when it is applied.
    case splitEpochAtProposeOnly = "split-epoch-checked-at-propose-only"
    /// A start takes a shard that has applied nothing for one that has just come into being.
    case childHardStateOverwritten = "child-hard-state-overwritten"
    /// The two parts of a split are written one after the other.
    case splitNotAtomic = "split-not-atomic"
    /// The new shard begins behind the border.
    case splitBorderOffByOne = "split-border-off-by-one"
    /// A snapshot is asked for and installed although another shard's replica has its keys.
    case overlappingSnapshotInstalled = "overlapping-snapshot-installed"
    /// Of two descriptors that overlap the one that was heard last counts.
    case olderDescriptorKept = "older-descriptor-kept"
    /// A change of members is proposed in whatever epoch the shard is.
    case changeInAnyEpoch = "change-in-any-epoch"

    // Checks.
    /// Replicas are compared as they are when somebody looks, not as they are at the check's entry.
    case checkComparesAtDifferentIndex = "check-compares-at-different-index"
    /// What a check finds has no consequence.
    case divergenceIgnored = "divergence-ignored"
    /// The chained hash is moved on once per batch.
    case chainedHashDependsOnBatch = "chained-hash-depends-on-batch"

    /// A shard that is about to be absorbed goes on taking writes.
    case mergeWithoutFreezing = "merge-without-freezing"
    /// A merge that was given up is carried out all the same.
    case absorbAndAbortBoth = "absorb-and-abort-both"
    /// A freeze counts in whatever epoch.
    case lateFreezeAccepted = "late-freeze-accepted"
    /// A shard is absorbed before all its replicas hold the freeze.
    case freezeNotEverywhere = "freeze-not-everywhere"
    /// The answers that the absorbed shard remembered are lost.
    case sessionsNotUnited = "sessions-not-united"
    /// Versions of the absorbed shard may come again.
    case mergeLastVersionLost = "merge-last-version-lost"
    /// An absorbed replica leaves no tombstone.
    case absorbWithoutTombstone = "absorb-without-tombstone"

    // Storage, wire, client.
    /// An append leaves the chunks behind it.
    case staleChunkTail = "stale-chunk-tail"
    /// A start believes every log.
    case lossAccepted = "loss-accepted"
    /// A failed sync is taken for a good one.
    case syncErrorIgnored = "sync-error-ignored"
    /// Frames are not checked.
    case frameNotChecked = "frame-not-checked"
    /// A repeated command gets a new number.
    case retriedUnderNewNumber = "retried-under-new-number"
    /// A client takes a lost connection for "not applied".
    case lostAsNotApplied = "lost-as-not-applied"
    /// The hard state of a log write is dropped when entries come with it.
    case hardStateDropped = "hard-state-dropped"
    /// A node goes by its wall clock before others' clocks confirm it.
    case clockTrustedAtOnce = "clock-trusted-at-once"

    /// The one that is switched on.
    /// Safe because it is set once, before the first simulation, and only read after that.
    #if PLANTED_BUGS
        package nonisolated(unsafe) static var planted: PlantedBug?
    #endif
}

/// Whether the mistake is to be made here; never, but in a build with `PLANTED_BUGS`.
@inline(__always)
package func isPlanted(_ bug: PlantedBug) -> Bool {
    #if PLANTED_BUGS
        return unsafe PlantedBug.planted == bug
    #else
        return false
    #endif
}
