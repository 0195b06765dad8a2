import Keyspace
import Raft
package import Wire

/// Leaderships that placement hands from node to node, and what it hears of those here (rule 37).
extension Host {
    /// Another voter is to lead a shard that is led here. In any other epoch nothing is done. Answered at once: whether
    /// the target leads is seen there.
    mutating func transfer(
        _ shard: ShardID, _ epoch: Epoch, to target: ReplicaID, from peer: NodeID, number: UInt64, now: Instant
    ) {
        do throws(RequestError) {
            let slot = try beginTransfer(shard, epoch, to: target, now: now)
            effects.notices.append((peer, .changed(number: number, replicas[slot].descriptor)))
            touch(slot)
        } catch {
            effects.notices.append((peer, .refused(number: number, error)))
        }
    }

    private mutating func beginTransfer(
        _ shard: ShardID, _ epoch: Epoch, to target: ReplicaID, now: Instant
    ) throws(RequestError) -> Int {
        guard let slot = slots[shard] else { throw absence(of: shard, since: epoch.version) }
        guard replicas[slot].group.role == .leader else { throw notLeader(slot) }
        guard replicas[slot].descriptor.epoch == epoch else { throw .epochMismatch([replicas[slot].descriptor]) }
        if let obstacle = obstacle(to: target, slot, now: now) {
            throw .busy(retryAfterMilliseconds: 200, reason: obstacle)
        }
        let transfer = TransferID(boot &+ nextTransfer)
        nextTransfer &+= 1
        do throws(TransferError) {
            try replicas[slot].group.transferLeadership(to: target, id: transfer, now: now)
        } catch {
            switch error {
            case .notLeader: throw notLeader(slot)
            case .inProgress: throw .busy(retryAfterMilliseconds: 100, reason: "a transfer is under way")
            case .notAVoter: throw .invalidRequest("replica \(target) is no other voter of shard \(shard)")
            }
        }
        replicas[slot].lastTransfer = LastTransfer(target: target, term: replicas[slot].group.term, beganAt: now)
        return slot
    }

    /// Why the shard is not handed to `target` now, for people. Nothing is written while a transfer is under way, so
    /// it is begun only where it takes one round trip: to a replica that answers and is near. And one whose node
    /// answers while its disk does not is not tried again at once.
    private func obstacle(to target: ReplicaID, _ slot: Int, now: Instant) -> String? {
        let followers = replicas[slot].group.progress
        guard let status = followers.first(where: { $0.member.replica == target }) else { return nil }
        let node = status.member.node
        guard !convicted(of: replicas[slot].descriptor.shard).contains(target) else {
            return "the replica on node \(node) is not what the others are"
        }
        guard peers[node]?.isConnected == true else { return "node \(node) is not connected" }
        guard now - neighbourhood[node].heardAt <= limits.silence, !status.isSilent else {
            return "node \(node) does not answer"
        }
        guard isNear(status, commit: replicas[slot].group.commitIndex) else {
            return "the replica on node \(node) is not up to date"
        }
        // Whoever led in between would have begun a term, and this leadership another one.
        if let last = replicas[slot].lastTransfer, last.target == target,
            replicas[slot].group.term <= last.term.next, now - last.beganAt < limits.transferPause
        {
            return "node \(node) has not taken the shard over"
        }
        return nil
    }

    private func isNear(_ member: MemberStatus, commit: LogIndex) -> Bool {
        member.hasAcknowledged && member.match.distance(to: commit) <= Self.nearEntries
    }

    /// Whether the replica at this position of `replicas` leads.
    package func leads(at position: Int) -> Bool {
        replicas[position].group.role == .leader && !replicas[position].isRetired
    }

    /// How a shard is that is led here; nil when another node leads it.
    package func ledShard(at position: Int) -> PlacementReport.LedShard? {
        // Looked at in its place: a copy of every replica would cost more than all the rest.
        guard leads(at: position) else { return nil }
        let commit = replicas[position].group.commitIndex
        return PlacementReport.LedShard(
            descriptor: replicas[position].descriptor, leader: replicas[position].group.member.replica,
            term: replicas[position].group.term,
            others: replicas[position].group.progress.map { member in
                PlacementReport.OtherReplica(
                    replica: member.member.replica,
                    isNear: isNear(member, commit: commit),
                    isSilent: member.isSilent)
            })
    }

    /// A replica that lacks no more takes a leadership over in one round trip.
    private static let nearEntries: UInt64 = 256

    /// Snapshots on their way to this node and from it.
    package var snapshotsUnderWay: (receiving: Int, sending: Int) { (incoming.count, outgoing.count) }
}
