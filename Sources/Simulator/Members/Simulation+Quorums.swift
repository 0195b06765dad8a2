import Host
import Keyspace
import Raft
import Storage
import Wire

/// What can be lost without losing a quorum.
extension Simulation {
    /// Whether every shard keeps a sound quorum, of each configuration that may come to count, on nodes that satisfy
    /// the condition.
    func everyShardHasQuorum(where isThere: (Member) -> Bool) -> Bool {
        allShards.allSatisfy { hasQuorum($0.shard, where: isThere) }
    }

    func hasQuorum(_ shard: ShardID, where isThere: (Member) -> Bool) -> Bool {
        var configurations = checker.members.inPlay(shard, committed: checker.lastCommitted(shard))
        // What was appended in this very tick.
        for node in nodes where node.isUp {
            let own = node.asking { host in
                host.position(of: shard).map { host.replicas[$0].group.configuration }
            }
            if let own, !configurations.contains(own) { configurations.append(own) }
        }
        return configurations.allSatisfy { configuration in
            checker.members.hasQuorum(configuration, of: shard) { member in
                isThere(member) && hasReplica(member, of: shard) && !isRotten(shard, member)
            }
        }
    }

    /// Whether the member's replica is on its node. A new shard's is not when its parent is behind the split or has
    /// gone past it by a snapshot: it counts only when it has begun.
    func hasReplica(_ member: Member, of shard: ShardID) -> Bool {
        guard let node = self.node(member.node) else { return false }
        guard !node.isUp else { return node.member(of: shard) == member }
        var found: ReplicaID?
        storing(node) {
            try ShardRecordKey.replica(shard).withBytes { (key) throws(StorageError) in
                _ = try node.engine.get(key, tier: .disk) { found = try? ReplicaRecord.decode($0) }
            }
        }
        return found == member.replica
    }

    /// Nodes that are enough for every shard, and no more than that: of the others each could be missed, if not all.
    func drawQuorum() -> [SimulatedNode] {
        var quorum = nodes.shuffled(using: &faultChance)
        for node in quorum {
            let rest = quorum.filter { $0 !== node }
            if everyShardHasQuorum(where: { member in rest.contains { $0.id == member.node } }) { quorum = rest }
        }
        return quorum
    }

    // MARK: Disks that lose what they had confirmed

    /// Only while a quorum of every shard remains without the node, and only behind a mark: what a disk loses of the
    /// last 100 ms, before the mark and a peer have heard of it, nothing can find out (rule 14).
    func breakDisk(_ node: SimulatedNode) {
        guard node.isUp, everyShardHasQuorum(where: { $0.node != node.id }) else { return }
        // A node that has logged nothing has promised nothing: its start makes its replicas anew.
        guard node.engine.syncedNumber > 0 else { return }
        node.engine.syncMark()
        let seed = faultChance.next()
        crash(node, faultChance.happens(percent: 50) ? .hole(seed: seed) : .syncedTailLost(seed: seed), down: 10_000)
    }

    /// A replica is taken out of service because something of it does not read; the node goes on.
    func damageReplica(_ node: SimulatedNode) {
        after(0, on: node) { [unowned self] in
            let shards = allShards.map(\.shard).filter { node.member(of: $0) != nil }
            guard let shard = faultChance.pick(shards), let member = node.member(of: shard),
                hasQuorum(shard, where: { $0.node != node.id })
            else { return }
            probes.hit(.replicaSuspected)
            checker.members.loses(node.id, only: LogName(shard: shard, replica: member.replica))
            node.host.suspect(shard, Self.badBlock)
            scheduleTurn(node)
        }
    }

    // MARK: The end

    /// Why the shards are not in order yet; nil when every one has a final configuration whose members, and nobody
    /// else, have a replica that has applied everything.
    var disorder: String? {
        for node in nodes {
            guard node.isUp else { return "node \(node.id) is down" }
            if let suspect = node.suspicions.first { return "node \(node.id) still has suspect \(suspect.name)" }
            if let note = node.asking({ $0.comebackNotes.first }) {
                return "node \(node.id) is not back in shard \(note.shard): \(note.text)"
            }
        }
        if let disorder = mergeDisorder { return disorder }
        for descriptor in allShards {
            if let disorder = disorder(of: descriptor.shard) { return "shard \(descriptor.shard): \(disorder)" }
        }
        return wrongRow
    }

    private func disorder(of shard: ShardID) -> String? {
        guard let leader = leader(of: shard), let replica = leader.host.replica(of: shard) else { return "no leader" }
        let configuration = replica.group.configuration
        guard !configuration.isJoint, !replica.group.hasUnappliedConfiguration else {
            return "its configuration is not final"
        }
        for node in nodes {
            let member = node.member(of: shard)
            guard let expected = configuration.members.first(where: { $0.node == node.id }) else {
                if let member { return "replica \(member.replica) on node \(node.id) is no member" }
                if node.applier.state(of: shard) != nil { return "node \(node.id) is not rid of its replica" }
                continue
            }
            guard member == expected else { return "replica \(expected.replica) on node \(node.id) is not there" }
            let applied = node.applier.state(of: shard)?.applied.appliedIndex ?? .zero
            let last = replica.group.lastIndex
            guard applied == last else {
                return "replica \(expected.replica) on node \(node.id) has applied \(applied) of \(last)"
            }
        }
        return nil
    }
}
