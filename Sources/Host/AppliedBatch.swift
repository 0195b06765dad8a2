package import Keyspace
package import Raft
package import Storage
package import Wire

/// What the applier reports of one task, once its batch is written.
package struct AppliedBatch: Sendable {
    package var shard: ShardID
    package var replica: ReplicaID
    /// The last entry that is now in the state.
    package var through: LogIndex
    /// The term of the entry at `through`.
    package var throughTerm: Term
    /// The greatest version in the state.
    package var lastVersion: Timestamp
    /// Bytes of entries this task took off the backlog.
    package var byteCount: Int
    /// As `ApplyTask.isAwaited`.
    package var isAwaited: Bool
    /// Per entry, what became of its commands; empty when the task did not ask for outcomes.
    package var entries: [AppliedEntry]
    /// The descriptor, when an entry changed it.
    package var descriptor: Descriptor?
    /// The shards that splits among the entries made.
    package var births: [ShardBirth]
    /// Checks among the entries. One that wants a scan is the last entry: whoever writes the batch takes a snapshot of
    /// the store then, before it writes another (rule 39).
    package var checks: [AppliedCheck]
    /// What the log says of merges, when an entry changed it.
    package var merge: MergeState?
    /// How much the session table holds.
    package var sessions: MergeNotice.Load

    package init(
        shard: ShardID, replica: ReplicaID, through: LogIndex, throughTerm: Term, lastVersion: Timestamp,
        byteCount: Int, isAwaited: Bool = true, entries: [AppliedEntry], descriptor: Descriptor? = nil,
        births: [ShardBirth] = [], checks: [AppliedCheck] = [], merge: MergeState? = nil,
        sessions: MergeNotice.Load = MergeNotice.Load()
    ) {
        self.merge = merge
        self.sessions = sessions
        self.shard = shard
        self.replica = replica
        self.through = through
        self.throughTerm = throughTerm
        self.lastVersion = lastVersion
        self.byteCount = byteCount
        self.isAwaited = isAwaited
        self.entries = entries
        self.descriptor = descriptor
        self.births = births
        self.checks = checks
    }

    /// Which replica's batch it is.
    package var name: LogName { LogName(shard: shard, replica: replica) }
}

/// The outcomes of one entry's commands, in their order.
package struct AppliedEntry: Sendable {
    /// The entry's place in the log; with `term`, what tells the proposer whether it is its own (rule 23).
    package var index: LogIndex
    package var term: Term
    /// One per command of the entry, in order; empty for an entry without commands.
    package var outcomes: [CommandOutcome]

    package init(index: LogIndex, term: Term, outcomes: [CommandOutcome]) {
        self.index = index
        self.term = term
        self.outcomes = outcomes
    }
}

/// What became of one command: a function of the log prefix alone (rule 18).
package enum CommandOutcome: Sendable, Equatable {
    /// Its operations took effect (now, or when the same session and sequence first came by).
    case done(WriteResult)
    /// Nothing took effect.
    case refused(RequestError)
}
