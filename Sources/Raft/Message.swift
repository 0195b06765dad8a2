/// What one replica says to another of the same shard. The envelope (shard, from, to) is the host's.
///
/// Every message carries the sender's term. Replies echo what they answer, so that a late or repeated
/// one is recognised and counts for nothing.
package enum Message<Payload: EntryPayload>: Sendable {
    /// Leader → follower: the entries after (`previousIndex`, `previousTerm`); paper §5.3. No entries: a probe.
    case append(Append<Payload>)
    case appendReply(AppendReply)
    /// Candidate → voter; paper §5.2, and pre-vote, dissertation §9.6.
    case voteRequest(VoteRequest)
    case voteReply(VoteReply)
    /// Leader → follower: "am I still the leader?" for a read round and for a follower that has left quiet.
    case heartbeat(Heartbeat)
    case heartbeatReply(HeartbeatReply)
    /// Leader → its successor: campaign now; dissertation §3.10, rule 5.
    case timeoutNow(TimeoutNow)

    package var term: Term {
        switch self {
        case .append(let message): message.term
        case .appendReply(let message): message.term
        case .voteRequest(let message): message.term
        case .voteReply(let message): message.term
        case .heartbeat(let message): message.term
        case .heartbeatReply(let message): message.term
        case .timeoutNow(let message): message.term
        }
    }
}

/// The fields of `Message.append`. It also renews the leadership, entries or not (paper §5.2).
package struct Append<Payload: EntryPayload>: Sendable {
    package var term: Term
    /// The index before the first entry; the follower must hold it with `previousTerm`.
    package var previousIndex: LogIndex
    /// The term of the leader's entry at `previousIndex` (paper §5.3).
    package var previousTerm: Term
    /// Consecutive, from `previousIndex` + 1.
    package var entries: [Entry<Payload>]
    /// The leader's commit index when it was sent; may lie beyond the entries.
    package var commit: LogIndex
    /// Every member holds the log durably up to here, so a follower may drop it from its own.
    package var replicatedEverywhere: LogIndex
    /// The leader's clock when it was sent; the reply echoes it, and leases count from it (rule 2).
    package var sentAt: Instant

    package init(
        term: Term, previousIndex: LogIndex, previousTerm: Term, entries: [Entry<Payload>], commit: LogIndex,
        replicatedEverywhere: LogIndex, sentAt: Instant
    ) {
        self.term = term
        self.previousIndex = previousIndex
        self.previousTerm = previousTerm
        self.entries = entries
        self.commit = commit
        self.replicatedEverywhere = replicatedEverywhere
        self.sentAt = sentAt
    }
}

/// The fields of `Message.appendReply`, an acceptance is sent only once the entries are durable (rule 8).
package struct AppendReply: Sendable, Equatable {
    package var term: Term
    package var outcome: Outcome
    /// Echo of the append's `sentAt`.
    package var sentAt: Instant

    package init(term: Term, outcome: Outcome, sentAt: Instant) {
        self.term = term
        self.outcome = outcome
        self.sentAt = sentAt
    }

    /// What the follower did with the append.
    package enum Outcome: Sendable, Equatable {
        /// The log matches and is durable up to `match`.
        case accepted(match: LogIndex)
        /// (`previousIndex`, `previousTerm`) is not in the log. `hintIndex` is the last index at or before
        /// `rejected` whose term is at most the leader's `previousTerm`, `hintTerm` its term: the leader
        /// skips whole terms instead of single entries.
        case rejected(rejected: LogIndex, hintIndex: LogIndex, hintTerm: Term)
        /// The follower has no room: its disk is below its threshold (rule 38), or what it holds in memory behind an
        /// entry that waits is as much as may be. It takes no new entries until there is.
        case diskFull
    }
}

/// The fields of `Message.voteRequest`.
package struct VoteRequest: Sendable, Equatable {
    /// The term campaigned for; a pre-vote asks for the term that would follow.
    package var term: Term
    /// Whether it only asks if a campaign would succeed: nobody's term or vote changes (dissertation §9.6).
    package var isPreVote: Bool
    /// The end of the candidate's log; a voter with a more up-to-date log refuses (paper §5.4.1).
    package var lastIndex: LogIndex
    /// The term of the entry at `lastIndex`.
    package var lastTerm: Term
    /// Set when a leader asked for this campaign: the only votes that pass a promise (rule 5).
    package var transfer: TransferID?

    package init(term: Term, isPreVote: Bool, lastIndex: LogIndex, lastTerm: Term, transfer: TransferID? = nil) {
        self.term = term
        self.isPreVote = isPreVote
        self.lastIndex = lastIndex
        self.lastTerm = lastTerm
        self.transfer = transfer
    }
}

/// The fields of `Message.voteReply`; a vote is durable before this leaves (rule 8).
package struct VoteReply: Sendable, Equatable {
    /// Granted: the requested term. Refused: the voter's own term.
    package var term: Term
    /// Echo of the request's `isPreVote`: the two kinds of vote are counted apart.
    package var isPreVote: Bool
    /// Whether the voter gave its vote.
    package var isGranted: Bool

    package init(term: Term, isPreVote: Bool, isGranted: Bool) {
        self.term = term
        self.isPreVote = isPreVote
        self.isGranted = isGranted
    }
}

/// The fields of `Message.heartbeat`.
package struct Heartbeat: Sendable, Equatable {
    package var term: Term
    /// At most what the follower is known to hold.
    package var commit: LogIndex
    /// The read round this belongs to; zero for none. Never reused within a term (rule 25).
    package var round: UInt64
    /// As `Append.replicatedEverywhere`.
    package var replicatedEverywhere: LogIndex
    /// The leader's clock when it was sent; the reply echoes it, and leases count from it (rule 2).
    package var sentAt: Instant

    package init(term: Term, commit: LogIndex, round: UInt64, replicatedEverywhere: LogIndex, sentAt: Instant) {
        self.term = term
        self.commit = commit
        self.round = round
        self.replicatedEverywhere = replicatedEverywhere
        self.sentAt = sentAt
    }
}

/// The fields of `Message.heartbeatReply`.
package struct HeartbeatReply: Sendable, Equatable {
    package var term: Term
    /// Echo of the heartbeat's `round`; zero confirms no read.
    package var round: UInt64
    /// Echo of the heartbeat's `sentAt`; the clock is the leader's.
    package var sentAt: Instant

    package init(term: Term, round: UInt64, sentAt: Instant) {
        self.term = term
        self.round = round
        self.sentAt = sentAt
    }
}

/// One attempt to hand leadership over, in one term.
package struct TransferID: Hashable, Sendable {
    package var rawValue: UInt64
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
}

/// The fields of `Message.timeoutNow`; void in any term but `term` (rule 5).
package struct TimeoutNow: Sendable, Equatable {
    package var term: Term
    package var transfer: TransferID

    package init(term: Term, transfer: TransferID) {
        self.term = term
        self.transfer = transfer
    }
}
