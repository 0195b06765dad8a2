internal import Raft

/// As much work on every node as leaderships can even out.
///
/// The leadership of a busy shard goes to a node that works less, and that of a quiet one comes back when the counts
/// would part otherwise. Each time the loads come closer by a fair part of the slack, so it ends.
extension Pass {
    mutating func spreadLoad() {
        var open = nodes.indices.filter { nodes[$0].canLead }
        guard open.count > 1 else { return }
        let mean = open.reduce(0) { $0 + nodes[$1].load } / open.count
        let slack = max(limits.loadSlackMin.perMille, mean * limits.loadSlackPercent / 100)
        while hasRoom, open.count > 1 {
            guard let source = open.max(by: { (nodes[$0].load, $1) < (nodes[$1].load, $0) }),
                let least = open.map({ nodes[$0].load }).min(), nodes[source].load - least > slack
            else { return }
            let targets = open.filter { nodes[source].load - nodes[$0].load > slack }
                .sorted { (nodes[$0].load, $0) < (nodes[$1].load, $1) }
            indexLeaders()
            if let target = targets.first(where: { relieve(source, $0, slack) }) {
                open.removeAll { $0 == target }
            }
            // One relief a pass: loads are measured anew before the next.
            open.removeAll { $0 == source }
        }
    }

    private mutating func relieve(_ source: Int, _ target: Int, _ slack: Int) -> Bool {
        let difference = nodes[source].load - nodes[target].load
        guard let busy = busiest(from: source, to: target, below: difference, atLeast: slack / 4) else { return false }
        let share = view.shards[busy].load.share.perMille
        let reason = Operator.Reason.loadUneven(
            from: NodeFigure(nodes[source].id, LaneShare(perMille: nodes[source].load)),
            to: NodeFigure(nodes[target].id, LaneShare(perMille: nodes[target].load)))
        if nodes[source].leaders > nodes[target].leaders {
            transfer(busy, to: target, .load, reason)
            return true
        }
        let bound = max(1, share - slack / 4 + 1)
        guard let quiet = busiest(from: target, to: source, below: bound, atLeast: 0, least: true) else {
            return false
        }
        transfer(busy, to: target, .load, reason)
        transfer(quiet, to: source, .load, reason)
        return true
    }

    /// Of the shards that `source` leads and `target` could, the busiest (or the least busy) within the bounds.
    private func busiest(
        from source: Int, to target: Int, below bound: Int, atLeast: Int, least: Bool = false
    ) -> Int? {
        var best: Int?
        var bestShare = 0
        for entry in leaderIndex.shards(of: source) {
            let position = Int(entry)
            let share = view.shards[position].load.share.perMille
            guard share < bound, share >= atLeast, !isBusy[position], !view.shards[position].isSystem,
                !view.shards[position].isJoint, best == nil || (least ? share < bestShare : share > bestShare),
                canLead(position, on: target)
            else { continue }
            (best, bestShare) = (position, share)
        }
        return best
    }
}
