internal import Raft

/// Disks that fill up, and bytes that are uneven though counts are not.
extension Pass {
    /// Moves replicas from nodes with little free space to those with the most. A node that gives away takes in again
    /// only when much more is free; so what it gives does not come back.
    mutating func shedFullDisks() {
        let steady = nodes.indices.filter { nodes[$0].isSteady }
        for source in steady where isFilling(source) {
            indexReplicas()
            var isMoving = true
            while hasRoom, isMoving, isFilling(source) { isMoving = shedOne(from: source, among: steady) }
        }
    }

    private func isFilling(_ node: Int) -> Bool {
        nodes[node].free + nodes[node].outgoing < nodes[node].capacity.percent(limits.shedFreePercent)
    }

    private mutating func shedOne(from source: Int, among steady: [Int]) -> Bool {
        let targets = steady.filter { $0 != source && canReceiveForBalance($0) }
            .sorted { (spare($1), $0) < (spare($0), $1) }
        var closed: Set<Int> = []
        for target in targets where !closed.contains(topology.place(target)) {
            guard let position = candidate(from: source, to: target, ideal: ByteCount(.max)) else {
                closed.insert(topology.place(target))
                continue
            }
            let reason = Operator.Reason.diskFilling(
                NodeFigure(nodes[source].id, nodes[source].free), to: NodeFigure(nodes[target].id, nodes[target].free))
            move(position, from: source, to: target, reason)
            return true
        }
        return false
    }

    /// Free space that nothing is on its way to.
    private func spare(_ node: Int) -> ByteCount { nodes[node].free - nodes[node].incoming }

    /// Evens out bytes without touching the balance of counts: a move to a node that has one replica less makes the two
    /// change places, and otherwise two shards are exchanged. Either has to help much, so it ends.
    mutating func balanceBytes() {
        var open = nodes.indices.filter { nodes[$0].isSteady }
        guard open.count > 1 else { return }
        let total = open.reduce(ByteCount.zero) { $0 + nodes[$1].bytes }
        let mean = ByteCount(total.rawValue / UInt64(open.count))
        let slack = max(mean.percent(limits.bytesSlackPercent), limits.bytesSlackMin)
        while hasRoom, open.count > 1 {
            guard let source = open.max(by: { (nodes[$0].bytes, $1) < (nodes[$1].bytes, $0) }),
                let target = open.min(by: { (nodes[$0].bytes, $0) < (nodes[$1].bytes, $1) }),
                nodes[source].bytes - nodes[target].bytes > slack
            else { return }
            indexReplicas()
            // One exchange a pass and node: the next is better judged when its effect is there.
            if exchange(source, target, slack) {
                open.removeAll { $0 == source || $0 == target }
            } else {
                open.removeAll { $0 == target }
            }
        }
    }

    private mutating func exchange(_ source: Int, _ target: Int, _ slack: ByteCount) -> Bool {
        let difference = nodes[source].bytes - nodes[target].bytes
        let lead = nodes[source].replicas - nodes[target].replicas
        let reason = Operator.Reason.bytesUneven(
            from: NodeFigure(nodes[source].id, nodes[source].bytes),
            to: NodeFigure(nodes[target].id, nodes[target].bytes))
        let half = ByteCount(difference.rawValue / 2)
        let least = ByteCount(slack.rawValue / 4)
        guard let large = candidate(from: source, to: target, ideal: half, among: .max) else { return false }
        let gain = view.shards[large].bytes
        if lead >= 1 {
            guard gain >= least, gain < difference else { return false }
            move(large, from: source, to: target, reason)
            return true
        }
        guard lead == 0,
            let small = candidate(from: target, to: source, ideal: gain - half, among: .max), small != large
        else { return false }
        let exchanged = gain - view.shards[small].bytes
        guard exchanged >= least, exchanged < difference else { return false }
        move(large, from: source, to: target, reason)
        move(small, from: target, to: source, reason)
        return true
    }
}
