internal import Raft

/// As many leaderships on every node as far as replicas allow.
///
/// The most burdened node hands one to a node that leads at least two less, if need be by way of others: each of a
/// chain passes one on, and only the ends change. Such chains end exactly when no distribution of leaderships over the
/// voters that there are is more even (Harvey et al., semi-matchings for bipartite graphs, 2006).
extension Pass {
    mutating func spreadLeaders() {
        let able = nodes.indices.filter { nodes[$0].canLead }
        guard let most = able.map({ nodes[$0].leaders }).max(), let least = able.map({ nodes[$0].leaders }).min(),
            most - least >= 2
        else { return }
        var graph = LeaderGraph(nodes: nodes.count)
        connect(&graph)
        indexLeaders()
        var open = able
        while hasRoom {
            guard let source = open.max(by: { (nodes[$0].leaders, $1) < (nodes[$1].leaders, $0) }) else { return }
            let loads = nodes.map(\.leaders)
            let isOpen = nodes.map { $0.canLead && $0.transfers < limits.transfersPerNodeMax }
            guard isOpen[source], let chain = graph.chain(from: source, leaders: loads, isOpen: isOpen),
                hand(over: chain, &graph)
            else {
                open.removeAll { $0 == source }
                continue
            }
        }
    }

    /// Notes for every pair of nodes how many shards the one could hand to the other.
    private func connect(_ graph: inout LeaderGraph) {
        for position in view.shards.indices where isFreeToTransfer(position) {
            for (replica, node) in zip(view.shards[position].replicas, memberNodes(position)) {
                if node != leaders[position], canLead(replica, on: Int(node)) {
                    graph.add(from: Int(leaders[position]), to: Int(node))
                }
            }
        }
    }

    private func isFreeToTransfer(_ position: Int) -> Bool {
        leaders[position] >= 0 && !isBusy[position] && !view.shards[position].isSystem
            && !view.shards[position].isJoint
            // Busy shards are for the spread of load; moving them for the count would undo it.
            && view.shards[position].load.share.perMille * 4 < limits.loadSlackMin.perMille
    }

    /// One transfer for each link of the chain.
    private mutating func hand(over chain: [Int], _ graph: inout LeaderGraph) -> Bool {
        let links = zip(chain, chain.dropFirst()).map { ($0, $1) }
        var found: [Int] = []
        for (from, to) in links {
            guard let position = shard(ledBy: from, for: to) else {
                graph.cut(from: from, to: to)
                return false
            }
            found.append(position)
        }
        guard let last = chain.last else { return false }
        let reason = Operator.Reason.leadersUneven(
            from: NodeFigure(nodes[chain[0]].id, nodes[chain[0]].leaders),
            to: NodeFigure(nodes[last].id, nodes[last].leaders))
        for (position, link) in zip(found, links) {
            transfer(position, to: link.1, .balance, reason)
            for node in memberNodes(position) { graph.remove(from: link.0, to: Int(node)) }
        }
        return true
    }

    private func shard(ledBy leader: Int, for node: Int) -> Int? {
        for entry in leaderIndex.shards(of: leader) {
            let position = Int(entry)
            if isFreeToTransfer(position), canLead(position, on: node) { return position }
        }
        return nil
    }

    /// Whether the shard's replica on `node` could lead.
    func canLead(_ position: Int, on node: Int) -> Bool {
        for (replica, place) in zip(view.shards[position].replicas, memberNodes(position)) where Int(place) == node {
            return canLead(replica, on: node)
        }
        return false
    }

    func canLead(_ replica: ReplicaView, on node: Int) -> Bool {
        replica.role == .voter && replica.isNear && isLive(replica, on: node) && nodes[node].canLead
    }

    mutating func transfer(
        _ position: Int, to node: Int, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) {
        let shard = view.shards[position]
        guard let target = shard.replicas.first(where: { self.position(of: $0.member.node) == node }) else { return }
        var writer = StepWriter(shard.descriptor)
        writer.transfer(to: target.member)
        start(position, writer, priority, reason)
    }

    mutating func indexLeaders() {
        guard leaderIndex.isEmpty else { return }
        leaderIndex = ShardIndex(nodes: nodes.count, owners: leaders)
    }
}
