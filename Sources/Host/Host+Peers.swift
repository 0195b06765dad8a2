import Keyspace
package import Raft
package import Wire

extension Host {
    /// A message from another node's replica. The connection says which node it came from; a message that claims
    /// another one, or is for a replica that does not live here, is counted and dropped.
    package mutating func receive(_ envelope: PeerEnvelope, from peer: NodeID, now: Instant) {
        guard envelope.from.node == peer else {
            counters.misdirected += 1
            return
        }
        guard let slot = slots[envelope.shard], replicas[slot].group.member == envelope.to else {
            return receiveForAbsent(envelope, now: now)
        }
        if case .append(let append) = envelope.message {
            for entry in append.entries { replicas[slot].observe(entry) }
        }
        replicas[slot].group.step(envelope.message, from: envelope.from, now: now, neighbours: neighbourhood)
        touch(slot)
    }

    /// A connection to `peer` is up, spoken by the process `boot`. Whichever of the two comes first introduces a new
    /// process, before anything it says is stepped: what the former one promised and was promised is void (rule 7).
    /// What was sent while the connection was down is lost, so leaders probe again.
    ///
    /// A connection of an earlier process may be heard of late, on the other channel: it must not void what the present
    /// one has promised and was promised, so its word counts for nothing.
    package mutating func connected(_ peer: NodeID, boot: UInt64, isControl: Bool, now: Instant) {
        addPeer(peer)
        guard !PeerState.isEarlier(boot, than: peers[peer]?.boot ?? 0) else { return }
        let isNewProcess = peers[peer]?.boot != boot && !isPlanted(.leaseSurvivesRestart)
        if isNewProcess {
            peers[peer]?.restart(boot: boot)
            forgetSnapshots(to: peer)
            forgetSnapshots(from: peer)
        }
        if !isControl { resumeSnapshots(to: peer, now: now) }
        if isControl {
            peers[peer]?.isConnected = true
            // What it was told last may have been lost with the former connection.
            peers[peer]?.toldAt = .distantPast
        }
        for slot in replicas.indices where concerns(slot, peer) {
            if isNewProcess {
                replicas[slot].group.peerRestarted(peer, now: now, neighbours: neighbourhood)
            } else {
                replicas[slot].group.peerConnected(peer, now: now)
            }
            touch(slot)
        }
    }

    /// The control connection to `peer` is gone. Closed by the other side it is a hint that the process died: it
    /// ends the election timeout of what is led there, never the promise (rule 3).
    package mutating func disconnected(_ peer: NodeID, closedByPeer: Bool, now: Instant) {
        peers[peer]?.isConnected = false
        guard closedByPeer else { return }
        neighbourhood.byNode[peer, default: PeerLiveness()].closedAt = now
        tickGroups(concerning: peer, now: now)
    }

    /// Whether the slot's group has to hear what becomes of `peer`.
    func concerns(_ slot: Int, _ peer: NodeID) -> Bool {
        !replicas[slot].isRetired && replicas[slot].group.concerns(peer)
    }

    /// Has every group that depends on `peer` look at its clock again.
    mutating func tickGroups(concerning peer: NodeID, now: Instant) {
        for slot in replicas.indices where concerns(slot, peer) {
            replicas[slot].group.tick(now: now, neighbours: neighbourhood)
            touch(slot)
        }
    }

    mutating func noteLeft(_ left: Ready<EncodedEntry>.LeftLeader, _ slot: Int) {
        peers[left.leader.node]?.noteLeft(
            shard: replicas[slot].descriptor.shard, leader: left.leader,
            replica: replicas[slot].group.member.replica, term: left.term)
    }

    mutating func noteResigned(_ term: Term, _ slot: Int) {
        let own = replicas[slot].group.member
        // Former members may still follow this one.
        for member in replicas[slot].group.configuration.members + replicas[slot].farewells
        where member.node != node {
            peers[member.node]?.noteResigned(
                shard: replicas[slot].descriptor.shard, replica: own.replica, term: term)
        }
    }
}
