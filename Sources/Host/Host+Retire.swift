import Keyspace
package import Raft
package import Wire

extension Host {
    /// Takes a replica out of service for the life of this process: it answers nothing, votes nothing and leads
    /// nothing any more, because what it holds cannot be believed (rule 15). Whoever waits for it asks elsewhere.
    package mutating func retire(
        _ shard: ShardID,
        _ error: RequestError = .unavailable("the shard's replica on this node is out of service")
    ) {
        guard let slot = slots.removeValue(forKey: shard) else { return }
        starts[replicas[slot].descriptor.range.start] = nil
        let refusal = ClientResponse.Body.failure(error)
        for entry in replicas[slot].proposed[replicas[slot].proposedHead...] {
            answer(entry.references, .failure(.ambiguous))
        }
        answer(replicas[slot].pendingReferences, refusal)
        answer(replicas[slot].arrivedReads.map(\.reference), refusal)
        for waiting in replicas[slot].unconfirmedReads { answer(waiting.reads.map(\.reference), refusal) }
        for waiting in replicas[slot].unappliedReads { answer(waiting.reads.map(\.reference), refusal) }
        failChange(slot)
        leaveCheck(shard)
        ownReports[shard] = nil
        if let asker = merges.removeValue(forKey: shard)?.asker { answer(asker, .failure(.ambiguous)) }
        takeLeave(slot)
        abandonSnapshots(from: replicas[slot].group.member, of: shard)
        dropSnapshots(to: shard)
        replicas[slot] = Replica(retired: replicas[slot])
        deadlines[slot] = .distantFuture
    }

    /// This node's frames must speak neither for the leader that the replica followed nor for its own leadership
    /// (rule 7).
    private mutating func takeLeave(_ slot: Int) {
        let (role, leader, term) = (
            replicas[slot].group.role, replicas[slot].group.leader, replicas[slot].group.term
        )
        if role == .leader {
            noteResigned(term, slot)
        } else if let leader, leader.node != node {
            noteLeft(Ready<EncodedEntry>.LeftLeader(leader: leader, term: term), slot)
        }
    }

    /// Tells every group whether its follower may take entries: below the lowest threshold it must not (rule 38).
    package mutating func markDiskFull(_ isFull: Bool) {
        for slot in replicas.indices where !replicas[slot].isRetired {
            replicas[slot].group.markDiskFull(isFull)
            touch(slot)
        }
    }
}
