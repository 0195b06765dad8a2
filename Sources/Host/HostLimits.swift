package import Raft

/// The bounds of one lane's host. Every queue has one; beyond it the answer is `busy` (DESIGN §2.6).
package struct HostLimits: Sendable {
    /// The times and sizes of each group.
    package var raft: Raft.Limits = Limits()
    /// How often control frames go to every peer (rule 1).
    package var controlInterval: Interval = .milliseconds(50)
    /// How often a peer is told again which nodes there are, even without news (rule 36).
    package var gossipInterval: Interval = .seconds(1)
    /// Nodes of one cluster.
    package var nodesMax: Int = 1_024
    /// Log writes of this lane that may be on their way to the disk before the next entry is cut (DESIGN §2.3).
    package var logWritesInFlightMax: Int = 2
    /// Commands waiting to be cut into an entry, per shard, in bytes.
    package var pendingBytesMax: Int = 8 << 20
    /// One entry is closed at this size; a single larger command goes alone.
    package var entryBytesMax: Int = 1 << 20
    /// Operations of one entry.
    package var entryOperationsMax: Int = 4_096
    /// Commands proposed and not yet answered, per shard.
    package var unansweredMax: Int = 65_536
    /// Committed bytes handed to the applier and not yet applied, per lane.
    package var applyBacklogBytesMax: Int = 64 << 20
    /// Bytes of committed entries that a follower keeps back from its applier, for one control interval at most.
    package var heldApplyBytesMax: Int = 1 << 20
    /// Reads waiting for an index, per shard.
    package var waitingReadsMax: Int = 65_536
    /// A log is truncated once this many entries can go…
    package var truncateAfterEntries: UInt64 = 64
    /// A node not heard for this long has its groups look at their clocks.
    package var silence: Interval = .milliseconds(300)
    /// …and again this often while it stays silent.
    package var silenceRecheck: Interval = .milliseconds(250)
    /// A session's answers are kept for this long in replicated time, in milliseconds (rule 22).
    package var sessionWindowMilliseconds: UInt64 = 600_000
    /// How far a command's sequence may be ahead of its done-below: what a session may keep in memory here.
    package var sessionSpanMax: UInt64 = 1 << 20
    /// A client's `issuedAt` may run ahead of the cluster clock by this much, in milliseconds.
    package var issuedAheadMilliseconds: UInt64 = 10_000
    /// Longest oldest log sync before leaderships go elsewhere, in milliseconds (rule 38).
    package var slowSyncMilliseconds: UInt32 = 500

    /// Snapshots on their way from this node, and to it; one more has to wait.
    package var snapshotsOutMax: Int = 4
    /// See `snapshotsOutMax`.
    package var snapshotsInMax: Int = 4
    /// Chunks of a snapshot that are not known to be staged: the sender keeps them, so this bounds its memory.
    package var snapshotWindowChunks: Int = 4
    /// What all snapshots of a node together send.
    package var snapshotBytesPerSecond: Int = 64 << 20
    /// A node that was not heard for this long gets none, and what is on its way to it waits behind the others.
    package var snapshotReach: Interval = .seconds(1)
    /// An offer without an answer is made again after this.
    package var snapshotOfferInterval: Interval = .seconds(1)
    /// A stream that stands still for this long gives way to one of another sender…
    package var snapshotLost: Interval = .seconds(5)
    /// …and ends after this.
    package var snapshotSilence: Interval = .seconds(30)
    /// How often the way back of a suspect replica takes its next step, unless an answer allows it sooner.
    package var comebackInterval: Interval = .milliseconds(500)
    /// How long it waits for an answer.
    package var comebackPatience: Interval = .seconds(3)
    /// A merge is given up when it has come no further for this long, and a shard that is frozen for so long asks why.
    package var mergePatience: Interval = .milliseconds(500)
    /// How often the neighbour is asked to freeze meanwhile.
    package var mergeAskInterval: Interval = .milliseconds(100)
    /// How long nobody is asked again to take a shard over who did not take it.
    package var transferPause: Interval = .seconds(5)
    /// How long a new shard asks in vain for the vote of a replica that a split would make, before it gets it without
    /// one…
    package var ballotPatience: Interval = .seconds(1)
    /// …where it has asked at least this often.
    package var ballotInterval: Interval = .seconds(3)
    /// How often leaders have their descriptors written into the system shard, until that is confirmed.
    package var reportInterval: Interval = .seconds(1)

    /// A shard that has changed is checked about this often (rule 39)…
    package var checkInterval: Interval = .seconds(60)
    /// …and its rows are read at most this often, unless somebody asks for it.
    package var scanInterval: Interval = .seconds(600)
    /// How often is looked whether checks are due or over.
    package var checkTick: Interval = .seconds(1)
    /// How long a check waits for a replica that can be reached; with a scan, beyond the time that the shard takes to
    /// be read beside others…
    package var checkPatience: Interval = .seconds(60)
    /// …and no longer than this in any case: a scan that takes longer than its margin counts for nothing.
    package var checkPatienceMax: Interval = .seconds(840)
    /// How long it waits for one that cannot.
    package var checkGrace: Interval = .seconds(2)
    /// How long a replica that differs is told so.
    package var convictionTime: Interval = .seconds(300)
    /// How long a leader that differs may take to hand its leadership over.
    package var condemnedTime: Interval = .seconds(2)
    /// What scans read at most.
    package var scanBytesPerSecond: Int = 16 << 20
    /// A shard that does not change has its rows read about this often…
    package var quietScanInterval: Interval = .seconds(86_400)
    /// …one after the other of those that are led here: the next one this long after the last at least…
    package var quietScanPause: Interval = .seconds(30)
    /// …and so long that no more than this is read of each replica.
    package var quietScanBytesPerSecond: Int = 256 << 10

    /// The usual bounds.
    package init() {}
}
