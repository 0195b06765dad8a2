package import Keyspace
package import Raft
import Storage
package import Wire

/// The multi-Raft host of one lane: many replicas behind one step function. Pure: events come in through the
/// mutating methods, effects leave through `turn`. The lane that owns it calls `turn` once after all the I/O of
/// a tick, so that everything which arrived together becomes one entry per shard, one log write and one frame
/// per peer (DESIGN §2.3).
///
/// Invariants:
/// - A request is answered exactly once.
/// - Nothing is sent, applied or answered before what it depends on is durable: the groups withhold it (rule 8).
/// - At most one replica of a shard lives here.
package struct Host: Sendable {
    package let node: NodeID
    /// Names this process: a number that grows with every start of the data directory in the upper half, random bits in
    /// the lower. Another one tells peers that former promises are void, an earlier one is late news (rule 7).
    package let boot: UInt64
    /// Random per data directory (rule 17).
    package let incarnation: UInt64
    /// The bounds of its queues and the times of its groups; fixed for the life of the process.
    package let limits: HostLimits

    /// Replicas by slot; a slot is never reused while the process lives.
    package var replicas: [Replica] = []
    var slots: [ShardID: Int] = [:]
    /// By the first key of its shard, which a shard keeps for life: the slot of each replica at work. At most one, as
    /// replicas here do not overlap (rule 30). Looked up only.
    var starts: [Key: Int] = [:]
    /// The earliest moment each slot wants to be looked at; `earliest` is a lower bound of all.
    var deadlines: [Instant] = []
    var earliest = Instant.distantFuture

    var neighbourhood = Neighbourhood()
    var peers: [NodeID: PeerState] = [:]
    /// The other nodes in id order, so that no dictionary order reaches an effect.
    var peerOrder: [NodeID] = []
    /// Addresses of all known nodes, in id order.
    package var addresses: [NodeAddress] = []
    /// Counts the changes of `addresses`.
    package internal(set) var addressesNumber: UInt64 = 0
    /// The system shard as another node knows it (rule 36).
    var heardSystemShard: Descriptor?
    var sampler: RequestSampler
    /// What stamps versions; slewed by `controlTick` (rule 20).
    package var clock: ClusterClock
    /// What the store allows at the moment; set by the runtime (rule 38).
    package var admission = Admission.open

    /// Slots whose state changed since the last turn.
    var touched: [Int] = []
    /// Slots with commands that wait for a cut.
    var waitingToCut: [Int] = []
    /// Truncations that wait for the next log write.
    var pendingTruncations: [LogTruncation] = []
    /// Committed entries not yet handed to the applier, in order; while nobody waits for them.
    var heldApplies: [ApplyTask] = []
    var heldApplyBytes = 0
    /// Whether they go out with the next turn, whoever waits.
    var areHeldAppliesDue = false
    var effects = Effects()

    /// Snapshots on their way from here and to here, in the order of their beginning.
    var outgoing: [OutgoingSnapshot] = []
    var incoming: [IncomingSnapshot] = []
    /// Bytes of snapshots that may be sent at the moment; below zero after a large chunk.
    var snapshotAllowance = 0
    var snapshotsTendedAt = Instant.distantPast
    /// The greatest id of each shard that was destroyed here (rule 29). Looked up only.
    var tombstones: [ShardID: ReplicaID] = [:]
    /// What every shard that is not here any more became a part of, as far as this node took part (rule 33). Looked up
    /// only.
    var absorbers: [ShardID: ShardID] = [:]
    /// Shards here that take part in a merge, or failed to of late.
    var merges: [ShardID: Merging] = [:]
    /// Slots whose log waits before an entry that absorbs another shard.
    var barriers: [Int] = []
    /// Replicas whose data is being destroyed.
    var departing: [DepartingReplica] = []
    /// Replicas here that may have forgotten something (rule 15), and shards to come back to.
    package internal(set) var suspects: [SuspectReplica] = []
    var returns: [ShardID] = []
    /// Their way back, one per shard, in no order.
    var comebacks: [Comeback] = []
    /// Logs that begin, and that go, with the next log write.
    var pendingBirths: [LogBirth] = []
    var pendingDestroys: [LogName] = []
    /// Names requests and, with `boot`, streams of snapshots.
    var nextNumber: UInt64 = 1
    /// Requests for votes of replicas that are not here yet; who began to ask last comes last.
    var heldVotes: [HeldVote] = []
    /// Votes that were given without a replica. Looked up only.
    var ballots: [ShardID: Ballot] = [:]
    /// Whether the node's store was ever found to lack something, or was begun anew: then nobody can tell a replica
    /// that never was here from one that was lost (rule 15).
    package var mayHaveForgotten = false
    var reportedAt = Instant.distantPast
    /// Counts the rounds in which leaderless replicas asked whether they are out.
    var inquiries = 0

    /// Checks of shards that are led here, at most one of each (rule 39).
    var checks: [CheckRound] = []
    var checksTendedAt = Instant.distantPast
    /// Scans of replicas here that were asked for and are not over.
    var scansUnderWay: [(name: LogName, position: LogPosition)] = []
    /// When a shard that does not change was last checked for that, and how long the next one waits.
    var quietScan = (at: Instant.distantPast, pause: Interval.zero)
    /// Where the search for the next one begins.
    var quietCursor = 0
    /// What replicas here held at their last check. Looked up only.
    var ownReports: [ShardID: CheckReport] = [:]
    var convictions: [Conviction] = []
    var condemned: [Condemned] = []
    /// Shards led here whose replicas differ without a majority.
    var dividedShards: [ShardCheck] = []

    /// Control frames of this tick that are not answered yet.
    var owedAnswers: [OwedAnswer] = []
    /// The log writer's running number as recovery found it (rule 14).
    package var recoveredNumber = UInt64.max
    /// Set when a peer has heard a greater number of this data directory than recovery found: what was synced is
    /// gone, the disk was rolled back (rule 14).
    package internal(set) var forgottenNumber: UInt64?
    var logWritesInFlight = 0
    var applyBacklogBytes = 0
    var nextReadID: UInt64 = 1
    var nextTransfer: UInt64 = 1
    /// The clock's value in the last turn or control tick: a longer gap than a promise drops the leases (rule 6).
    package internal(set) var lastTurn: Instant
    /// The greatest synced running number of the log writer, for control frames (rule 14).
    package var syncedNumber: UInt64 = 0
    /// The age of the oldest unfinished log sync, in milliseconds (rule 38).
    package var oldestSyncMilliseconds: UInt32 = 0
    /// Counted since the start; read by the runtime, never decided upon.
    package var counters = HostCounters()

    /// A host without replicas. `wallMilliseconds` is the wall clock, in milliseconds since 1970, as read at `now`.
    package init(
        node: NodeID, boot: UInt64, incarnation: UInt64, limits: HostLimits, wallMilliseconds: UInt64, now: Instant
    ) {
        self.node = node
        self.boot = boot
        self.incarnation = incarnation
        self.limits = limits
        sampler = RequestSampler(seed: boot)
        clock = ClusterClock(wallMilliseconds: wallMilliseconds, now: now)
        lastTurn = now
    }

    /// A shard's replica that lives here, or nil.
    package func replica(of shard: ShardID) -> Replica? {
        slots[shard].map { replicas[$0] }
    }

    /// The term of a shard's replica that lives here, without a copy of the replica.
    package func term(of shard: ShardID) -> Term? {
        slots[shard].map { replicas[$0].group.term }
    }

    /// The greatest version in the applied state of a shard's replica that lives here, without a copy of the replica.
    package func lastVersionApplied(of shard: ShardID) -> Timestamp? {
        slots[shard].map { replicas[$0].lastVersionApplied }
    }

    /// Where in `replicas` a shard's replica is, or nil.
    package func position(of shard: ShardID) -> Int? { slots[shard] }

    /// Nodes other than this one, in id order.
    package var peerNodes: [NodeID] { peerOrder }

    /// Puts a recovered or newly created replica to work. One that `isNew` owes nothing to anybody (rule 4).
    package mutating func add(_ replica: RestoredReplica, seed: UInt64, now: Instant, isNew: Bool = false) {
        let group = Group(
            member: replica.member, restored: replica.restored, limits: limits.raft, seed: seed, startedAt: now,
            isNew: isNew)
        let slot = replicas.count
        var added = Replica(
            descriptor: replica.descriptor, group: group, lastVersion: replica.lastVersion,
            truncated: replica.restored.truncated.index)
        added.merge = replica.merge
        for entry in replica.restored.entries { added.observe(entry) }
        replicas.append(added)
        deadlines.append(.distantPast)
        earliest = .distantPast
        slots[replica.descriptor.shard] = slot
        starts[replica.descriptor.range.start] = slot
        resumeMerge(slot, now: now)
        for member in replica.descriptor.configuration.members { addPeer(member.node) }
        touch(slot)
        leaveIfRemoved(slot)
    }

    mutating func addPeer(_ id: NodeID) {
        guard id != node, peers[id] == nil else { return }
        peers[id] = PeerState()
        peerOrder.append(id)
        peerOrder.sort()
    }

    /// The slot's group changed or may have effects: look at it in this turn.
    mutating func touch(_ slot: Int) {
        if !replicas[slot].isTouched {
            replicas[slot].isTouched = true
            touched.append(slot)
        }
    }

    /// When the lane has to call `turn` even if nothing happens.
    package var deadline: Instant { earliest }

    /// Whether a turn would do anything before its deadline.
    package var hasWork: Bool {
        !touched.isEmpty || !effects.isEmpty || !owedAnswers.isEmpty || areHeldAppliesDue || !pendingBirths.isEmpty
            || !pendingDestroys.isEmpty || incoming.contains { $0.phase == .receiving && $0.isComplete }
    }
}

/// Everything needed to continue a replica after a start.
package struct RestoredReplica: Sendable {
    package var descriptor: Descriptor
    package var member: Member
    package var restored: Restored<EncodedEntry>
    /// The greatest version in the applied state.
    package var lastVersion: Timestamp
    /// As of the applied state.
    package var merge: MergeState

    package init(
        descriptor: Descriptor, member: Member, restored: Restored<EncodedEntry>, lastVersion: Timestamp,
        merge: MergeState = MergeState()
    ) {
        self.merge = merge
        self.descriptor = descriptor
        self.member = member
        self.restored = restored
        self.lastVersion = lastVersion
    }
}

/// What the host has counted since the start, for the metrics.
package struct HostCounters: Sendable {
    /// Entries that replicas here proposed as leaders.
    package var entriesProposed: UInt64 = 0
    /// Client operations in those entries.
    package var operationsProposed: UInt64 = 0
    /// Batches handed to the log writer.
    package var logWrites: UInt64 = 0
    /// Reads whose index was confirmed by a lease.
    package var leaseReads: UInt64 = 0
    /// Reads that needed a round to the followers.
    package var roundReads: UInt64 = 0
    /// Requests answered with `busy` because a bound was reached.
    package var refusedBusy: UInt64 = 0
    /// Times a replica here became leader.
    package var elections: UInt64 = 0
    /// Control frames sent, answers included.
    package var controlFramesSent: UInt64 = 0
    /// Control frames received from the process that the connection belongs to.
    package var controlFramesReceived: UInt64 = 0
    /// Times all leases were dropped, since a clock or the lane's scheduling was in doubt (rule 6).
    package var leaseDrops: UInt64 = 0
    /// Messages dropped because the replica they were for is not here, or the sender is not who it says.
    package var misdirected: UInt64 = 0
    /// Votes and refusals that were given without a replica (rule 32).
    package var ballots: UInt64 = 0
    /// Snapshots that another node has installed, or no longer needed.
    package var snapshotsSent: UInt64 = 0
    /// Snapshots installed here.
    package var snapshotsInstalled: UInt64 = 0
    /// Replicas here whose data is gone.
    package var replicasDestroyed: UInt64 = 0
    /// Checks of shards that were led here and compared.
    package var checks: UInt64 = 0
    /// Those that found a replica which is not what the majority is.
    package var divergences: UInt64 = 0
    /// Those that found replicas which differ, and no majority.
    package var divisions: UInt64 = 0
    /// Scans here that were not done.
    package var scansDropped: UInt64 = 0

    package init() {}
}
