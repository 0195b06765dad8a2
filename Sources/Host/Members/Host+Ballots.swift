import Keyspace
package import Raft
package import Storage
import Wire

/// Votes of replicas that are not here (rule 32).
extension Host {
    /// A request for a vote that came too early, or for a replica that will never come by itself.
    struct HeldVote: Sendable {
        var envelope: PeerEnvelope
        /// When its sender began to ask, and when it asked last.
        var since: Instant
        var at: Instant
    }

    /// More than a node ever passes by without a majority of the others. All of them may ask, for more than a second.
    private static let heldVotesMax = 4_096
    private static let ballotsMax = 4_096

    /// A request for a vote of a replica that is not here may be for one that a split is about to make: other nodes
    /// have applied it a moment before. The newest of each sender is kept until then. If it goes on asking, the split
    /// was passed by, and the vote is given without a replica.
    mutating func holdVote(_ envelope: PeerEnvelope, now: Instant) {
        guard case .voteRequest(let request) = envelope.message else { return }
        var held = HeldVote(envelope: envelope, since: now, at: now)
        let position = heldVotes.firstIndex {
            $0.envelope.shard == envelope.shard && $0.envelope.from == envelope.from
        }
        if let position {
            let known = heldVotes[position]
            if known.envelope.to == envelope.to, now - known.at < limits.ballotInterval { held.since = known.since }
            heldVotes[position] = held
        } else {
            if heldVotes.count >= Self.heldVotesMax { heldVotes.removeFirst() }
            heldVotes.append(held)
        }
        let hasVoted = ballots[envelope.shard]?.member == envelope.to
        if hasVoted || now - held.since >= limits.ballotPatience { vote(request, envelope) }
    }

    mutating func replayVotes(_ slot: Int, now: Instant) {
        let shard = replicas[slot].descriptor.shard
        let member = replicas[slot].group.member
        for held in heldVotes where held.envelope.shard == shard && held.envelope.to == member {
            let envelope = held.envelope
            replicas[slot].group.step(envelope.message, from: envelope.from, now: now, neighbours: neighbourhood)
        }
        heldVotes.removeAll { $0.envelope.shard == shard }
    }

    /// Where a replica may have been lost nobody votes in its place: it may have voted otherwise, and acknowledged
    /// entries (rule 15).
    private mutating func vote(_ request: VoteRequest, _ envelope: PeerEnvelope) {
        let (shard, member) = (envelope.shard, envelope.to)
        guard !mayHaveForgotten else { return }
        // A later replica of the shard comes here as a learner, and so as a replica: only that ends an earlier vote.
        guard ballots[shard] == nil ? ballots.count < Self.ballotsMax : ballots[shard]?.member == member else { return }
        var ballot = ballots[shard] ?? Ballot(member: member)
        if let token = ballot.decide(request, from: envelope.from) {
            var write = effects.logWrite ?? LogWrite()
            effects.logWrite = nil
            write.batch.hardStates.append(
                HardStateRecord(shard: shard, replica: member.replica, hardState: ballot.hardState))
            write.tokens.append(PersistedReplica(shard: shard, replica: member.replica, token: token))
            effects.logWrite = write
        }
        ballots[shard] = ballot
        answer(from: shard)
    }

    /// A write of a vote became durable.
    mutating func persistedBallot(_ written: PersistedReplica) {
        guard ballots[written.shard]?.member.replica == written.replica else { return }
        ballots[written.shard]?.persisted(written.token)
        answer(from: written.shard)
    }

    private mutating func answer(from shard: ShardID) {
        guard var ballot = ballots[shard] else { return }
        for (candidate, reply) in ballot.takeAnswers() {
            counters.ballots += 1
            effects.messages.append(
                PeerEnvelope(shard: shard, from: ballot.member, to: candidate, message: .voteReply(reply)))
        }
        ballots[shard] = ballot
    }

    /// The replica comes into being: it has voted as its ballot has. One of a lesser id is void, its log goes.
    mutating func takeBallot(of shard: ShardID, _ replica: ReplicaID) -> Ballot? {
        guard let ballot = ballots[shard], ballot.member.replica <= replica else { return nil }
        ballots[shard] = nil
        guard ballot.member.replica < replica else { return ballot }
        pendingDestroys.append(LogName(shard: shard, replica: ballot.member.replica))
        return nil
    }

    /// A committed descriptor is without the member: its vote ends as a replica does, with a tombstone, for it must
    /// not be given anew.
    mutating func endBallot(of shard: ShardID, _ member: Member) {
        guard ballots[shard]?.member == member, !isInstalling(shard) else { return }
        ballots[shard] = nil
        destroy(DestroyTask(name: LogName(shard: shard, replica: member.replica), range: nil, returns: false))
    }

    /// Votes that the store remembers of replicas that never were here.
    package mutating func add(_ votes: [(name: LogName, hardState: HardState)]) {
        for (name, hardState) in votes {
            let member = Member(replica: name.replica, node: node)
            ballots[name.shard] = Ballot(member: member, hardState: hardState)
        }
    }
}
