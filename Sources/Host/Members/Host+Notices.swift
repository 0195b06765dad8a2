import Keyspace
package import Raft
import Storage
package import Wire

/// What nodes tell each other about replicas (rules 29 and 32).
extension Host {
    /// A notice of a peer. What concerns the system shard's rows and placement is not the host's, but the runtime's.
    package mutating func receive(_ notice: ReplicaNotice, from peer: NodeID, now: Instant) {
        switch notice {
        case .descriptor(let to, let descriptor): hear(descriptor, to, from: peer)
        case .notHere(let shard, let absent, let to): absence(of: absent, of: shard, to, from: peer)
        case .request(let number, let request):
            // It may ask for a shard that is no more.
            if slots[request.shard] == nil, let left = whole(of: request.shard) {
                effects.notices.append((peer, .merge(.absorbed(right: request.shard, left: left))))
            }
            change(request, for: .peer(peer, number: number), now: now)
        case .changed(let number, let descriptor): comebackAnswered(number, .success(descriptor), from: peer, now: now)
        case .refused(let number, let error):
            if case .epochMismatch(let descriptors) = error {
                for descriptor in descriptors { obey(descriptor) }
            }
            comebackAnswered(number, .failure(error), from: peer, now: now)
        case .reported(let shard, let epoch):
            guard let slot = slots[shard], replicas[slot].descriptor.epoch == epoch else { return }
            replicas[slot].reportedEpoch = epoch
        case .wanted(let shard, let absent, let to): want(absent, of: shard, to, from: peer)
        case .transfer(let number, let shard, let epoch, let target):
            transfer(shard, epoch, to: target, from: peer, number: number, now: now)
        case .checked(let to, let report): hear(report, to: to, from: peer, now: now)
        case .diverged(let term, let divergence): hear(divergence, of: term, from: peer, now: now)
        case .checkOver(let shard, let position): endScan(of: shard, at: position)
        case .merge(let notice): receive(notice, from: peer, now: now)
        case .report, .reserve, .reserved, .call, .split: break
        }
    }

    /// A descriptor that the replica `to` should know.
    private mutating func hear(_ descriptor: Descriptor, _ to: Member, from peer: NodeID) {
        guard to.node == node else { return }
        if tombstones[descriptor.shard].map({ $0 >= to.replica }) ?? false, !isDeparting(descriptor.shard) {
            // Heard before: then it need not be said again.
            return effects.notices.append((peer, .notHere(shard: descriptor.shard, absent: to, to: to)))
        }
        if let slot = slots[descriptor.shard] {
            if replicas[slot].group.member == to { obey(descriptor) }
        } else if descriptor.configuration.member(to.replica) == to {
            miss(to, descriptor, from: peer)
        } else {
            endBallot(of: descriptor.shard, to)
        }
    }

    /// A committed configuration has a member that is not here. While another shard's replica has its keys, a
    /// split that this one has not applied yet will make it (rule 32). Else it never was here, since its parent came
    /// past the split by a snapshot, or it is new, and begins with a snapshot; unless it votes and this node may have
    /// lost it.
    private mutating func miss(_ absent: Member, _ descriptor: Descriptor, from peer: NodeID) {
        guard isFree(descriptor.range, for: descriptor.shard) || isPlanted(.overlappingSnapshotInstalled) else {
            return
        }
        if mayHaveForgotten, descriptor.configuration.isVoter(absent.replica) {
            return forgot(absent.replica, descriptor)
        }
        guard tombstones[descriptor.shard].map({ $0 < absent.replica }) ?? true, !isSuspect(descriptor.shard) else {
            return
        }
        // Whoever leads, on the node that says so, knows who is meant.
        guard let leader = descriptor.configuration.members.first(where: { $0.node == peer }) else { return }
        effects.notices.append((peer, .wanted(shard: descriptor.shard, absent: absent, to: leader)))
    }

    /// The other side of it.
    private mutating func want(_ absent: Member, of shard: ShardID, _ to: Member, from peer: NodeID) {
        guard absent.node == peer, let slot = slots[shard], replicas[slot].group.member == to,
            replicas[slot].descriptor.configuration.member(absent.replica) == absent
        else { return }
        replicas[slot].group.snapshotWanted(by: absent.replica)
        touch(slot)
    }

    /// A committed configuration counts on a voter that is not here and was not destroyed here: it was lost, with
    /// whatever it promised (rule 15). Replicas come into being as learners only.
    mutating func forgot(_ replica: ReplicaID, _ descriptor: Descriptor) {
        let name = LogName(shard: descriptor.shard, replica: replica)
        guard tombstones[name.shard].map({ $0 < replica }) ?? true,
            !isDeparting(name.shard), !isSuspect(name.shard),
            !incoming.contains(where: { $0.shard == name.shard && $0.phase == .installing })
        else { return }
        let lost = SuspectReplica(name: name, descriptor: descriptor, reason: "nothing is left of it in the store")
        suspects.append(lost)
        effects.suspicions.append(lost)
    }

    /// A node has no such replica. Once its membership is certain the node hears of it, and finds out whether it is
    /// lost, comes by a split that is yet to be applied there, or needs a snapshot (rule 32).
    private mutating func absence(of absent: Member, of shard: ShardID, _ to: Member, from peer: NodeID) {
        guard absent.node == peer, let slot = slots[shard] else { return }
        replicas[slot].farewells.removeAll { $0 == absent }
        guard replicas[slot].group.member == to,
            replicas[slot].descriptor.configuration.member(absent.replica) == absent
        else { return }
        effects.notices.append((peer, .descriptor(to: absent, replicas[slot].descriptor)))
    }

    /// A message for a replica that is not here. A leader's is answered, so that it sends a snapshot; nothing comes
    /// into being by it (rule 32).
    mutating func receiveForAbsent(_ envelope: PeerEnvelope, now: Instant) {
        counters.misdirected += 1
        let (shard, to) = (envelope.shard, envelope.to)
        guard to.node == node, tombstones[shard].map({ $0 < to.replica }) ?? true else { return }
        if makesRoom(for: to.replica, of: shard) { return }
        guard slots[shard] == nil, !isSuspect(shard) else { return }
        switch envelope.message {
        case .append, .heartbeat:
            effects.notices.append((envelope.from.node, .notHere(shard: shard, absent: to, to: envelope.from)))
        case .voteRequest: holdVote(envelope, now: now)
        default: break
        }
    }

    /// Tells replicas that no committed configuration contains that they are out; now and until their nodes say that
    /// they are gone. As long as the leader's node speaks for the leader, such a replica asks nobody.
    mutating func tellStrangers(_ strangers: [Member], _ slot: Int) {
        for stranger in strangers where !replicas[slot].farewells.contains(stranger) {
            guard replicas[slot].farewells.count < Self.farewellsMax else { break }
            replicas[slot].farewells.append(stranger)
        }
        sayFarewell(slot)
    }

    /// More than any configuration loses at once.
    private static let farewellsMax = 64

    private mutating func sayFarewell(_ slot: Int) {
        let descriptor = replicas[slot].descriptor
        replicas[slot].farewells.removeAll { descriptor.configuration.member($0.replica) != nil }
        for stranger in replicas[slot].farewells {
            effects.notices.append((stranger.node, .descriptor(to: stranger, descriptor)))
        }
    }

    /// A replica without a leader may be out: whoever was to tell it may have died first, and one that only listens
    /// never campaigns. It asks for the descriptor, by an epoch that no shard has, its own members and all nodes in
    /// turn: of those members none may be left.
    private mutating func askWhetherOut() {
        inquiries &+= 1
        for slot in replicas.indices where !replicas[slot].isRetired {
            // An election is over before the next round.
            let wasLeaderless = replicas[slot].wasLeaderless
            replicas[slot].wasLeaderless = replicas[slot].group.isLeaderless
            guard wasLeaderless, replicas[slot].wasLeaderless else { continue }
            let members = replicas[slot].group.configuration.members.map(\.node).filter { $0 != node }
            let nodes = inquiries % 2 == 0 && !members.isEmpty ? members : peerOrder
            guard !nodes.isEmpty else { continue }
            let request = ReplicaRequest(
                shard: replicas[slot].descriptor.shard, epoch: Epoch(version: 0, config: 0), change: ReplicaChange())
            effects.notices.append((nodes[inquiries / 2 % nodes.count], .request(number: nextNumber, request)))
            nextNumber &+= 1
        }
    }

    /// Has the leaders' descriptors written into the system shard's rows (rule 35): asked of every node that may lead
    /// it until one has confirmed. The first descriptor of a shard is in its row from the beginning.
    mutating func reportDescriptors(now: Instant) {
        guard now - reportedAt >= limits.reportInterval else { return }
        reportedAt = now
        for slot in replicas.indices where !replicas[slot].farewells.isEmpty { sayFarewell(slot) }
        askWhetherOut()
        guard let system = systemShard else { return }
        for slot in replicas.indices where replicas[slot].group.role == .leader && !replicas[slot].isRetired {
            let descriptor = replicas[slot].descriptor
            guard replicas[slot].reportedEpoch != descriptor.epoch,
                descriptor.epoch != Epoch(version: 1, config: 1)
            else { continue }
            for member in system.configuration.voters {
                effects.notices.append((member.node, .report(descriptor)))
            }
        }
    }
}
