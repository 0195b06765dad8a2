/// What must survive a crash besides the log (paper, figure 2). Term and vote change in one write.
package struct HardState: Hashable, Sendable {
    package var term: Term
    /// Whom this replica voted for in `term`; nil while it has voted for nobody.
    package var vote: ReplicaID?
    /// A hint that shortens recovery; never greater than what is committed.
    package var commit: LogIndex

    package init(term: Term = .zero, vote: ReplicaID? = nil, commit: LogIndex = .zero) {
        self.term = term
        self.vote = vote
        self.commit = commit
    }
}

/// Names one request to the disk; the host gives it back with `Group.persisted` once it is durable.
/// A completion of another term, or of an index that was overwritten since, counts for nothing (rule 8).
package struct PersistToken: Hashable, Sendable {
    package var term: Term
    /// The end of the log when the request was made.
    package var lastIndex: LogIndex
    /// The term of the entry at `lastIndex`.
    package var lastTerm: Term
    /// Consecutive per group, so that withheld replies leave in order.
    package var sequence: UInt64

    package init(term: Term, lastIndex: LogIndex, lastTerm: Term, sequence: UInt64) {
        self.term = term
        self.lastIndex = lastIndex
        self.lastTerm = lastTerm
        self.sequence = sequence
    }
}

/// The effects of a step, in no order but the one each list has. All of them are unconditional: whatever must
/// wait for a disk is withheld inside the group until `persisted` says so (rule 8).
package struct Ready<Payload: EntryPayload>: Sendable {
    /// To be made durable together, in the order of tokens.
    package var persist: Persist? { didSet { isTouched = true } }
    /// To be sent now.
    package var messages: [Outgoing] { didSet { isTouched = true } }
    /// Newly committed, consecutive, each handed out once, never before its own log write was asked for *and*
    /// reported as written (rule 9).
    package var committed: [Entry<Payload>] { didSet { isTouched = true } }
    /// Reads whose index is confirmed; serve them once applied ≥ index.
    package var reads: [ConfirmedRead] { didSet { isTouched = true } }
    /// Reads that will not be confirmed because leadership ended.
    package var failedReads: [ReadID] { didSet { isTouched = true } }
    /// Entries that are no longer cached: read them from the log store and answer with `Group.loaded`.
    package var loads: [Load] { didSet { isTouched = true } }
    /// Members that need a snapshot. Each is to be answered once, with `snapshotSent` or `snapshotFailed`; a request
    /// replaces an earlier one for the same member.
    package var snapshots: [SnapshotRequest] { didSet { isTouched = true } }
    /// Replicas outside every configuration known here that said something or were just removed: tell them so, with
    /// the descriptor (rule 29). Each once a turn.
    package var strangers: [Member] { didSet { isTouched = true } }
    /// The role or the known leader changed.
    package var leadershipChanged: Bool { didSet { isTouched = true } }
    /// This follower no longer stands by that leader: its node must hear so, in every answer to its control
    /// frames until it confirms (rule 7).
    package var leftLeader: LeftLeader? { didSet { isTouched = true } }
    /// This replica stopped leading that term without a known successor: its followers' nodes must hear so (rule 7).
    package var resignedTerm: Term? { didSet { isTouched = true } }

    /// Whether an effect was added since the start; some may have been taken back.
    private var isTouched = false

    /// No effect at all; the group fills it in during a step.
    package init() {
        persist = nil
        messages = []
        committed = []
        reads = []
        failedReads = []
        loads = []
        snapshots = []
        strangers = []
        leadershipChanged = false
        leftLeader = nil
        resignedTerm = nil
    }

    /// Nothing to do. Asked after every event: what was not touched is not looked through.
    package var isEmpty: Bool { !isTouched || hasNothing }

    private var hasNothing: Bool {
        persist == nil && messages.isEmpty && committed.isEmpty && reads.isEmpty && failedReads.isEmpty
            && loads.isEmpty && snapshots.isEmpty && strangers.isEmpty && !leadershipChanged && leftLeader == nil
            && resignedTerm == nil
    }

    /// One leadership that this follower stopped supporting.
    package struct LeftLeader: Sendable, Equatable {
        /// Who was left.
        package var leader: Member
        package var term: Term

        package init(leader: Member, term: Term) {
            self.leader = leader
            self.term = term
        }
    }

    /// One request to the disk: base, hard state and entries become durable in one write.
    package struct Persist: Sendable {
        package var hardState: HardState?
        /// Where an installed snapshot makes the log begin: done before the entries are added, and only after the
        /// snapshot's own data is durable (rule 31).
        package var base: LogBase?
        /// Replaces everything from the first entry's index on. Empty when only the hard state changed.
        package var entries: [Entry<Payload>]
        /// What to give back to `Group.persisted`.
        package var token: PersistToken

        package init(
            hardState: HardState?, entries: [Entry<Payload>], token: PersistToken, base: LogBase? = nil
        ) {
            self.hardState = hardState
            self.base = base
            self.entries = entries
            self.token = token
        }
    }

    /// One message and its receiver.
    package struct Outgoing: Sendable {
        /// The receiving replica and its node.
        package var to: Member
        package var message: Message<Payload>

        package init(to: Member, message: Message<Payload>) {
            self.to = to
            self.message = message
        }
    }

    /// A read that may be served, and from when on.
    package struct ConfirmedRead: Sendable, Equatable {
        /// Which of the host's batches of reads this is.
        package var id: ReadID
        /// The read sees every write up to here: serve it once this is applied.
        package var index: LogIndex

        package init(id: ReadID, index: LogIndex) {
            self.id = id
            self.index = index
        }
    }

    /// A member whose next entry is gone from the log.
    package struct SnapshotRequest: Sendable, Equatable {
        /// Who needs it.
        package var follower: Member
        /// The log still has everything after this: an older snapshot would not help.
        package var atLeast: LogIndex

        package init(follower: Member, atLeast: LogIndex) {
            self.follower = follower
            self.atLeast = atLeast
        }
    }

    /// Entries to fetch from the log store for a follower that is behind the cache.
    package struct Load: Sendable, Equatable {
        /// Who the entries are for.
        package var follower: ReplicaID
        /// The first index, inclusive.
        package var from: LogIndex
        /// Inclusive.
        package var through: LogIndex
        /// Stop before the entries exceed this many bytes; the first one comes whatever its size.
        package var byteLimit: Int

        package init(follower: ReplicaID, from: LogIndex, through: LogIndex, byteLimit: Int) {
            self.follower = follower
            self.from = from
            self.through = through
            self.byteLimit = byteLimit
        }
    }
}

/// The host's name for a batch of reads that wait for one confirmation.
package struct ReadID: Hashable, Sendable {
    package var rawValue: UInt64
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}
