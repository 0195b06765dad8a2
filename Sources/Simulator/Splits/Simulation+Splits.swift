import Host
import Keyspace
import Raft
import Storage
import Wire

/// Splits at drawn moments, as an admin asks for them: of the node that seems to lead, with an id that was never given
/// out. Some are asked of two nodes at once, or struck by a crash; the leader may refuse, and nobody asks again.
extension Simulation {
    /// How many splits a seed asks for; none in a part of the seeds.
    func scheduleSplits() {
        guard options.splits else { return }
        let count = splitChance.pick([0, 1, 3, 8, 20]) ?? 0
        for _ in 0..<count {
            let moment = splitChance.draw(100_000...max(200_000, options.milliseconds * 1_000))
            after(moment) { [unowned self] in
                if isBusy { splitSomewhere() }
            }
        }
    }

    /// One split in the story of which every disk operation is a crash point.
    func scheduleEventfulSplit() {
        guard options.isEventful else { return }
        after(options.milliseconds * 250) { [unowned self] in
            let key = Workload.key(0, Workload.registers.upperBound)
            guard let owner = ranges.map.lookup(key), let node = leader(of: owner.shard) else { return }
            split(owner, at: key, on: node)
        }
    }

    func splitSomewhere() {
        guard let (shard, key) = drawBorder(), let owner = ranges.map.lookup(key), owner.range.start != key,
            let node = leader(of: owner.shard)
        else { return }
        split(owner, at: key, on: node)
        changeMembersSoon(of: owner.shard)
        if splitChance.happens(percent: 10) {
            let other = Workload.key(shard, UInt8(splitChance.draw(1...Int(Workload.all.upperBound))))
            split(owner, at: other, on: node)
        }
        strike(around: node)
    }

    /// A key that clients use, so that one beside it would be noticed; often in a shard whose members are changing.
    private func drawBorder() -> (Int, Key)? {
        let all = (0..<options.shards).flatMap { shard in
            (1...Workload.all.upperBound).map { (shard, Workload.key(shard, $0)) }
        }
        guard !changing.isEmpty, splitChance.happens(percent: 60) else { return splitChance.pick(all) }
        let touched = all.filter { place in
            ranges.map.lookup(place.1).map { changing.contains($0.shard) && $0.range.start != place.1 } ?? false
        }
        return splitChance.pick(touched.isEmpty ? all : touched)
    }

    /// Where members change at all, those of the new shard and of its parent often do at once.
    private func changeMembersSoon(of parent: ShardID) {
        guard mix.drawn.contains(where: { $0.kind == .changeMembers || $0.kind == .strikeChange }),
            splitChance.happens(percent: 50)
        else { return }
        let child = ShardID(nextShard.rawValue - 1)
        let shard = splitChance.happens(percent: 60) ? child : parent
        let strikes = splitChance.happens(percent: 30)
        after(splitChance.draw(0...100_000)) { [unowned self] in
            if isFaulty { changeMembers(of: shard, strikes: strikes) }
        }
    }

    private func split(_ owner: Descriptor, at key: Key, on node: SimulatedNode) {
        let id = nextRequest
        nextRequest += 1
        let child = nextShard
        nextShard = ShardID(child.rawValue + 1)
        trace.note(.request, now, child.rawValue, owner.shard.rawValue)
        // Mostly of the shard as its leader knows it, sometimes as somebody who has not heard of its members.
        let known = splitChance.happens(percent: 5) ? nil : node.host.replica(of: owner.shard)?.descriptor.epoch
        let request = SplitRequest(shard: owner.shard, epoch: known ?? owner.epoch, key: key)
        after(0, on: node) { [unowned self] in
            node.host.split(
                request, child: child, from: RequestReference(connection: 2, id: id), now: instant(node))
            scheduleTurn(node)
        }
    }

    /// The moments around a split are those in which something may be half done.
    private func strike(around leader: SimulatedNode) {
        guard isFaulty, !mix.drawn.isEmpty, splitChance.happens(percent: 50) else { return }
        let node = splitChance.pick(nodes) ?? leader
        let moment = splitChance.happens(percent: 50) ? splitChance.draw(0...5_000) : splitChance.draw(0...60_000)
        let kind = splitChance.draw(1...5)
        guard kind < 5 else { return node.isStruckAtBirth = true }
        after(moment) { [unowned self] in
            guard isFaulty else { return }
            probes.hit(.struckAtSplit)
            switch kind {
            case 1: crash(node, .processDies, down: splitChance.draw(1_000...500_000))
            case 2, 3:
                crash(node, .unsyncedTailLost(seed: splitChance.next()), down: splitChance.draw(1_000...500_000))
            default: slowApplier(node)
            }
        }
    }

    private func slowApplier(_ node: SimulatedNode) {
        node.applierSlowness = 500
        after(splitChance.draw(10_000...400_000)) { node.applierSlowness = 1 }
    }

    /// Every shard that is, as far as it is known to be.
    var allShards: [Descriptor] { [record.descriptors[0]] + ranges.map.all }

    /// When everything is healed: what every node has is as the shards are, and together they are the keyspace (I25).
    func checkTiling() {
        for node in nodes where node.isUp && failure == nil {
            for replica in node.host.replicas where !replica.isRetired && replica.descriptor.range != .system {
                let (shard, range) = (replica.descriptor.shard, replica.descriptor.range)
                guard ranges.map[shard: shard]?.range == range else {
                    return fail("node \(node.id) has shard \(shard) with \(range), and it is another one")
                }
            }
        }
    }
}
