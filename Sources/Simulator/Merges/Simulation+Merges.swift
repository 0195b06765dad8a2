import Host
import Keyspace
import Raft
import Storage
import Wire

/// Merges of neighbours at drawn moments, as an admin asks for them: of the node that seems to lead the left one. Some
/// are asked of two overlapping pairs at once, some are struck by whatever can go wrong in between.
extension Simulation {
    /// How many merges a seed asks for; none in a part of the seeds.
    func scheduleMerges() {
        guard options.merges else { return }
        let count = mergeChance.pick([0, 2, 6, 15, 40]) ?? 0
        for _ in 0..<count {
            let moment = mergeChance.draw(100_000...max(200_000, options.milliseconds * 1_000))
            after(moment) { [unowned self] in
                if isBusy { mergeSomewhere() }
            }
        }
    }

    /// One merge in the story of which every disk operation is a crash point: of what was split before.
    func scheduleEventfulMerge() {
        guard options.isEventful, options.merges else { return }
        after(options.milliseconds * 550) { [unowned self] in
            let key = Workload.key(0, Workload.registers.upperBound)
            guard let left = ranges.map.all.first(where: { $0.range.end == key }) else { return }
            merge(left)
        }
    }

    private func mergeSomewhere() {
        guard let left = mergeChance.pick(Array(ranges.map.all.dropLast())), let node = merge(left) else { return }
        if mergeChance.happens(percent: 15), let right = ranges.map.lookup(left.range.end) { merge(right) }
        if mergeChance.happens(percent: 10),
            let before = ranges.map.all.last(where: { $0.range.end == left.range.start })
        {
            merge(before)
        }
        if mergeChance.happens(percent: 15) { splitSoon(left) }
        strike(around: node, left)
    }

    /// Asks for it, if somebody leads the shard.
    @discardableResult
    private func merge(_ left: Descriptor) -> SimulatedNode? {
        guard let right = ranges.map.lookup(left.range.end), let node = leader(of: left.shard) else { return nil }
        let id = nextRequest
        nextRequest += 1
        trace.note(.request, now, left.shard.rawValue, right.shard.rawValue)
        let own = node.host.replica(of: left.shard)?.descriptor ?? left
        let neighbour = node.host.replica(of: right.shard)?.descriptor ?? right
        let request = MergeRequest(
            shard: left.shard, epoch: own.epoch, right: right.shard, rightEpoch: neighbour.epoch)
        after(0, on: node) { [unowned self] in
            node.host.merge(request, from: RequestReference(connection: 2, id: id), now: instant(node))
            scheduleTurn(node)
        }
        return node
    }

    private func splitSoon(_ shard: Descriptor) {
        after(mergeChance.draw(0...300_000)) { [unowned self] in
            if isBusy { splitSomewhere() }
        }
    }

    /// The moments of a merge are those in which something may be half done, here or there.
    private func strike(around leader: SimulatedNode, _ left: Descriptor) {
        guard isFaulty, !mix.drawn.isEmpty, mergeChance.happens(percent: 60) else { return }
        let right = ranges.map.lookup(left.range.end).flatMap { self.leader(of: $0.shard) }
        let node = mergeChance.pick([leader, right ?? leader] + nodes) ?? leader
        let moment = mergeChance.draw(0...(mergeChance.pick([8_000, 30_000, 700_000]) ?? 0))
        let kind = mergeChance.draw(1...8)
        let length = mergeChance.draw(1_000...(mergeChance.happens(percent: 50) ? 300_000 : 2_000_000))
        after(moment) { [unowned self] in
            guard isFaulty else { return }
            probes.hit(.struckAtMerge)
            switch kind {
            case 1: crash(node, .processDies, down: length)
            case 2, 3: crash(node, .unsyncedTailLost(seed: mergeChance.next()), down: length)
            case 4: cutOff(node, length)
            case 5: handOver(node)
            case 6: damageSoon(left.range.end, node, length)
            default:
                node.applierSlowness = 1_000
                after(length) { node.applierSlowness = 1 }
            }
        }
    }

    private func handOver(_ node: SimulatedNode) {
        guard node.isUp, !node.isPaused else { return }
        _ = node.host.handOver(now: instant(node))
        scheduleTurn(node)
    }

    /// The right replica on a node turns out unreadable, perhaps while the left one there has yet to absorb it.
    private func damageSoon(_ start: Key, _ node: SimulatedNode, _ length: Int) {
        guard let right = ranges.map.lookup(start)?.shard else { return }
        node.applierSlowness = 1_000
        after(length) { node.applierSlowness = 1 }
        after(mergeChance.draw(0...60_000), on: node) { [unowned self] in
            guard isFaulty, options.faults.contains(.badBlock), let member = node.member(of: right),
                !checker.members.lost.contains(where: { $0.shard == right }),
                checker.members.newest(of: right)?.configuration.voters.count ?? 0 > 2,
                ranges.absorbed.contains(right) || hasQuorum(right, where: { $0.node != node.id })
            else { return }
            probes.hit(.replicaSuspected)
            checker.members.loses(node.id, only: LogName(shard: right, replica: member.replica))
            node.host.suspect(right, Self.badBlock)
            scheduleTurn(node)
        }
    }

    /// Some come a second time, when something else has been decided.
    func note(_ notice: MergeNotice, from node: SimulatedNode, to peer: SimulatedNode) {
        switch notice {
        case .behind: probes.hit(.absorbWaited)
        case .unable(_, _, let reason) where reason.hasSuffix("is not what it was"): probes.hit(.freezeRefused)
        case .freeze where mergeChance.happens(percent: 20):
            after(mergeChance.draw(100_000...3_000_000), on: peer) { [unowned self] in
                hear(.merge(notice), from: node, on: peer)
            }
        default: break
        }
    }

    /// Why a merge is not over yet, or not everywhere; nil when nothing is left of any.
    var mergeDisorder: String? {
        for node in nodes {
            for replica in node.host.replicas where !replica.isRetired {
                let shard = replica.descriptor.shard
                if ranges.absorbed.contains(shard) { return "node \(node.id) has a replica of absorbed shard \(shard)" }
                guard replica.merge.isBusy else { continue }
                let right = replica.merge.intent.map { "shard \($0.right): \(describe($0.right)); " } ?? ""
                return "shard \(shard) on node \(node.id) is being merged: \(replica.merge); \(right)"
                    + "shard \(shard): \(describe(shard)), snapshots under way \(node.host.snapshotsUnderWay), "
                    + "suspects \(node.host.suspects.map(\.name)), \(node.host.comebackNotes)"
            }
        }
        return nil
    }

    /// Nothing is left of an absorbed shard but its tombstone (I31).
    func checkNothingIsLeftOfAbsorbed() {
        for node in nodes where node.isUp {
            storing(node) {
                let snapshot = try node.engine.snapshot()
                for shard in ranges.absorbed.sorted() {
                    var count = 0
                    let (start, end) = ShardRecordKey.range(shard)
                    try start.array.withBytes { (start) throws(StorageError) in
                        try end.array.withBytes { (end) throws(StorageError) in
                            try snapshot.iterate(from: start, to: end, reverse: false) { _, _ in
                                count += 1
                                return true
                            }
                        }
                    }
                    if count > 0 { fail("node \(node.id) still holds records of shard \(shard)") }
                }
            }
        }
    }
}
