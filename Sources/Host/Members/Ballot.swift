import Raft

/// The vote of a voter that has no replica here. Its shard came out of a split that this node's replica of the parent
/// never applied: it went past it by a snapshot, or was removed before. Without this vote a shard of which a majority
/// came past its beginning would have no leader for good.
///
/// It is a voter with an empty log, and no more than that: it acknowledges and promises nothing, never campaigns, and
/// becomes a replica by a snapshot of the leader that it helped to elect (rule 32). TiKV's uninitialized peers and
/// CockroachDB's uninitialized replicas vote for the same reason; here there is only a term and a vote to go wrong.
struct Ballot: Sendable {
    let member: Member
    private(set) var hardState: HardState
    /// Answers that say what is not durable yet.
    private var withheld: [Withheld] = []
    /// Counts the writes that were asked for, and those that are done.
    private var issued: UInt64 = 0
    private var durable: UInt64 = 0

    /// An answer and the write that it waits for.
    private struct Withheld: Sendable {
        var write: UInt64
        var to: Member
        var reply: VoteReply
    }

    /// Of a member that has never voted, or with what its log says.
    init(member: Member, hardState: HardState = HardState()) {
        self.member = member
        self.hardState = hardState
    }

    /// Decides as a group with an empty log does (paper §5.2). Returns what names the write that this needs, if any;
    /// what is to be said is in `takeAnswers` once that is durable.
    mutating func decide(_ request: VoteRequest, from candidate: Member) -> PersistToken? {
        guard request.term < .limit, candidate.replica != member.replica else { return nil }
        let former = hardState
        if !request.isPreVote, request.term > hardState.term {
            hardState = HardState(term: request.term)
            // Nobody needs what waits any more, and it would not be what the disk says.
            withheld.removeAll()
        }
        let isFree = request.term == hardState.term && (hardState.vote ?? candidate.replica) == candidate.replica
        let isGranted = isFree || request.isPreVote && request.term > hardState.term
        if isGranted, !request.isPreVote { hardState.vote = candidate.replica }
        let isChanged = hardState != former
        if isChanged { issued += 1 }
        let reply = VoteReply(
            term: isGranted ? request.term : hardState.term, isPreVote: request.isPreVote, isGranted: isGranted)
        // Of each candidate the newest counts, and there are no more of them than members.
        withheld.removeAll { $0.to == candidate }
        if withheld.count >= Self.withheldMax { withheld.removeFirst() }
        withheld.append(Withheld(write: issued, to: candidate, reply: reply))
        guard isChanged else { return nil }
        return PersistToken(
            term: hardState.term, lastIndex: .zero, lastTerm: .zero, sequence: Self.firstSequence + issued)
    }

    /// The write is durable, and all before it.
    mutating func persisted(_ token: PersistToken) {
        guard token.sequence > Self.firstSequence else { return }
        durable = max(durable, min(token.sequence - Self.firstSequence, issued))
    }

    /// No group ever counts so far: what was written for a ballot is not taken for what the replica that came after it
    /// waits for.
    private static let firstSequence = UInt64.max / 2

    private static let withheldMax = 64

    /// What may be said now, in order.
    mutating func takeAnswers() -> [(to: Member, reply: VoteReply)] {
        let ready = withheld.prefix { $0.write <= durable }
        withheld.removeFirst(ready.count)
        return ready.map { ($0.to, $0.reply) }
    }
}
