package import Raft
package import Storage
package import Wire

/// What the runtime has to do after a turn; unconditional, in the order of each list (rule 8).
package struct Effects: Sendable {
    /// One write to the log; its tokens come back through `Host.persisted` once a sync covers it.
    package var logWrite: LogWrite?
    /// Messages to peers, in order per destination.
    package var messages: [PeerEnvelope] = []
    /// Answers to control frames.
    package var control: [(peer: NodeID, frame: ControlFrame)] = []
    /// Committed entries for the applier, in order.
    package var applies: [ApplyTask] = []
    /// Finished requests.
    package var answers: [Answer] = []
    /// Reads whose index is confirmed and applied.
    package var reads: [ReadTask] = []
    /// Log entries to fetch for followers that lag; answered by `Host.loaded`.
    package var loads: [LoadTask] = []

    /// Snapshots on their way, to be sent over the bulk connection, in order per destination.
    package var snapshotMessages: [SnapshotEnvelope] = []
    /// For `SnapshotWorkshop`, in order; what comes of them goes to `Host.receive(_:now:)`.
    package var snapshotTasks: [SnapshotTask] = []
    /// For the applier, in order, and before `applies`.
    package var applyChanges: [ApplyChange] = []
    /// To be sent over the control connection, in order per destination; to this node's own rows for itself.
    package var notices: [(peer: NodeID, notice: ReplicaNotice)] = []
    /// Replicas that take no part any more: to be remembered outside the store (rule 15).
    package var suspicions: [SuspectReplica] = []
    /// Suspects that are gone, durably: to be forgotten.
    package var cleared: [LogName] = []
    /// Checks that did not find everything compared and equal, for people.
    package var checks: [ShardCheck] = []
    /// Scans that nobody waits for any more, if they are still under way.
    package var scansOver: [(shard: ShardID, position: LogPosition)] = []

    package init() {}

    /// Whether the runtime has nothing to do.
    package var isEmpty: Bool {
        logWrite == nil && messages.isEmpty && control.isEmpty && applies.isEmpty && answers.isEmpty && reads.isEmpty
            && loads.isEmpty && hasNoReplicaWork
    }

    private var hasNoReplicaWork: Bool {
        snapshotMessages.isEmpty && snapshotTasks.isEmpty && applyChanges.isEmpty && notices.isEmpty
            && suspicions.isEmpty && cleared.isEmpty && checks.isEmpty && scansOver.isEmpty
    }
}

/// One batch for the log writer and whom to tell when it is durable.
package struct LogWrite: Sendable {
    /// What to store, all or nothing.
    package var batch: LogBatch
    /// Given back to `Host.persisted` once the batch is durable.
    package var tokens: [PersistedReplica]

    package init(batch: LogBatch = LogBatch(), tokens: [PersistedReplica] = []) {
        self.batch = batch
        self.tokens = tokens
    }
}

/// The completion of one replica's part of a log write.
package struct PersistedReplica: Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// The group's own name for what becomes durable.
    package var token: PersistToken

    package init(shard: ShardID, replica: ReplicaID, token: PersistToken) {
        self.shard = shard
        self.replica = replica
        self.token = token
    }
}

/// Consecutive committed entries of one replica.
package struct ApplyTask: Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// Ascending without a gap, from the one after the last entry handed out.
    package var entries: [Entry<EncodedEntry>]
    /// Whether somebody waits for the outcomes: only where the entries were proposed.
    package var wantsOutcomes: Bool
    /// Whether an answer may depend on it: on a leader. Elsewhere it may be applied, and reported, at leisure.
    package var isAwaited: Bool

    package init(
        shard: ShardID, replica: ReplicaID, entries: [Entry<EncodedEntry>], wantsOutcomes: Bool, isAwaited: Bool = true
    ) {
        self.shard = shard
        self.replica = replica
        self.entries = entries
        self.wantsOutcomes = wantsOutcomes
        self.isAwaited = isAwaited
    }

    /// Whether the state has to be read as it is behind this task (rule 39): nothing more of the shard is applied in
    /// the same batch.
    package var endsAtScan: Bool {
        guard case .payload(let last) = entries.last?.content else { return false }
        return last.wantsScan && !isPlanted(.checkComparesAtDifferentIndex)
    }

    /// The entries' sizes, in bytes, as the apply backlog counts them.
    package var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }
}

/// The answer to one client request.
package struct Answer: Sendable {
    /// Which request of which connection.
    package var reference: RequestReference
    /// The result, or what the client should do next.
    package var body: ClientResponse.Body

    package init(reference: RequestReference, body: ClientResponse.Body) {
        self.reference = reference
        self.body = body
    }
}

/// What a confirmed read must still find true when its value has been fetched (rule 25).
package struct ReadGeneration: Hashable, Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// `Epoch.version` of the descriptor: a split or merge in between makes it another.
    package var version: UInt64
    /// Snapshots that this replica has installed, or is installing.
    package var installs: UInt64

    package init(shard: ShardID, replica: ReplicaID, version: UInt64, installs: UInt64 = 0) {
        self.shard = shard
        self.replica = replica
        self.version = version
        self.installs = installs
    }
}

/// Reads of one shard that may be served now from the applied state.
package struct ReadTask: Sendable {
    /// Must still be the replica's when the values have been fetched; else `epochMismatch`.
    package var generation: ReadGeneration
    /// In the order of their arrival.
    package var reads: [PendingRead]

    package init(generation: ReadGeneration, reads: [PendingRead]) {
        self.generation = generation
        self.reads = reads
    }
}

/// A client's read, waiting for its index.
package struct PendingRead: Sendable {
    /// Whom to answer.
    package var reference: RequestReference
    package var body: Body

    package init(reference: RequestReference, body: Body) {
        self.reference = reference
        self.body = body
    }

    /// What is to be read.
    package enum Body: Sendable {
        case get(GetRequest)
        case scan(ScanRequest)
    }
}

/// Entries to read back from the log store.
package struct LoadTask: Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// The follower and the entries it needs; both go back to `Host.loaded`.
    package var load: Ready<EncodedEntry>.Load

    package init(shard: ShardID, replica: ReplicaID, load: Ready<EncodedEntry>.Load) {
        self.shard = shard
        self.replica = replica
        self.load = load
    }
}
