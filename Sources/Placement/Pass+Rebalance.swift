internal import Keyspace
internal import Raft

/// As many replicas on every node, and as many bytes, as far as labels and disks allow.
///
/// A move goes from a node to one that has at least two replicas less, so every move makes the sum of the squares of
/// the counts smaller: there is no way back, and at the end no move is left.
extension Pass {
    mutating func balanceReplicas() {
        let steady = nodes.indices.filter { nodes[$0].isSteady }
        guard let most = steady.map({ nodes[$0].replicas }).max(), let least = steady.map({ nodes[$0].replicas }).min(),
            most - least >= 2
        else { return }
        indexReplicas()
        var exhausted: Set<Int> = []
        while hasRoom {
            let sources = steady.filter { !exhausted.contains($0) }
            guard let source = sources.max(by: { (nodes[$0].replicas, $1) < (nodes[$1].replicas, $0) }) else { return }
            if !moveOne(from: source, among: steady) { exhausted.insert(source) }
        }
    }

    /// Moves one replica from `source` to the emptiest node that may have one of its shards.
    private mutating func moveOne(from source: Int, among steady: [Int]) -> Bool {
        let targets = steady.filter { nodes[$0].replicas + 2 <= nodes[source].replicas && canReceiveForBalance($0) }
            .sorted { (nodes[$0].replicas, $0) < (nodes[$1].replicas, $1) }
        // What keeps all of a node's shards out of a place keeps them out of every node there.
        var closed: Set<Int> = []
        for target in targets where !closed.contains(topology.place(target)) {
            let ideal = idealBytes(from: source, to: target)
            if let position = candidate(from: source, to: target, ideal: ideal) {
                let reason = Operator.Reason.replicasUneven(
                    from: NodeFigure(nodes[source].id, nodes[source].replicas),
                    to: NodeFigure(nodes[target].id, nodes[target].replicas))
                move(position, from: source, to: target, reason)
                return true
            }
            closed.insert(topology.place(target))
        }
        return false
    }

    /// What should move so that the bytes are even when the counts are.
    private func idealBytes(from source: Int, to target: Int) -> ByteCount {
        let surplus = nodes[source].bytes - nodes[target].bytes
        return ByteCount(surplus.rawValue / UInt64(max(1, nodes[source].replicas - nodes[target].replicas)))
    }

    func canReceiveForBalance(_ node: Int, bytes: ByteCount = .zero) -> Bool {
        nodes[node].unfitness(for: bytes, limits: limits, receivingMax: limits.receivingForBalanceMax) == nil
    }

    /// The shard on `source` that is best moved to `target`: of the first few that may go, or the first `seenMax`, one
    /// that `source` does not lead, of about `ideal` bytes.
    func candidate(from source: Int, to target: Int, ideal: ByteCount, among seenMax: Int? = nil) -> Int? {
        var best: Int?
        var bestCost: (leads: Int, distance: ByteCount) = (2, ByteCount(.max))
        var seen = 0
        for entry in replicaIndex.shards(of: source) {
            let position = Int(entry)
            guard mayMove(position, from: source, to: target) else { continue }
            let bytes = view.shards[position].bytes
            let cost = (Int(leaders[position]) == source ? 1 : 0, max(bytes, ideal) - min(bytes, ideal))
            if cost < bestCost { (best, bestCost) = (position, cost) }
            seen += 1
            if seen >= seenMax ?? limits.candidatesMax { break }
        }
        return best
    }

    func mayMove(_ position: Int, from source: Int, to target: Int) -> Bool {
        guard isMovable[position], canSend(position) else { return false }
        let present = memberNodes(position)
        guard !present.contains(Int32(clamping: target)) else { return false }
        guard topology.levels > 0 else { return fits(position, target) }
        var before: UInt64 = 0
        var after: UInt64 = 0
        for member in present where Int(member) != source {
            before &+= topology.crowding(source, Int(member))
            after &+= topology.crowding(target, Int(member))
        }
        return after <= before && fits(position, target)
    }

    private func fits(_ position: Int, _ target: Int) -> Bool {
        canReceiveForBalance(target, bytes: view.shards[position].bytes)
    }

    mutating func move(_ position: Int, from source: Int, to target: Int, _ reason: Operator.Reason) {
        let shard = view.shards[position]
        guard let old = shard.replicas.first(where: { self.position(of: $0.member.node) == source }) else { return }
        guard let writer = steps(moving: old, of: shard, position, to: nodes[target].id) else {
            isMovable[position] = false
            return
        }
        start(position, writer, .balance, reason)
    }

    /// The steps of a move; nil when its leader would have to go and nobody can follow it.
    func steps(moving old: ReplicaView, of shard: ShardView, _ position: Int, to node: NodeID) -> StepWriter? {
        var writer = StepWriter(shard.descriptor)
        let isAlone = shard.voters.count == 1
        if shard.leader == old.member.replica, !isAlone {
            guard let next = successor(position, without: [old.member]) else { return nil }
            writer.transfer(to: next)
        }
        let newcomer = writer.addLearner(on: node)
        if isAlone {
            writer.promote(newcomer)
            writer.transfer(to: newcomer)
            writer.remove(old.member)
        } else {
            writer.replace([old.member], by: [newcomer])
        }
        return writer
    }

    mutating func indexReplicas() {
        guard replicaIndex.isEmpty else { return }
        replicaIndex = ShardIndex(nodes: nodes.count, members: members, offsets: offsets)
    }
}
