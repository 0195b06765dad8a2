import Host
import Keyspace
import Raft
import Storage
import Wire

/// Merges among the steps of shards (I25, I30).
extension RangeChecker {
    /// A replica has applied a step of a merge.
    mutating func merge(
        _ shard: ShardID, _ encoded: EncodedEntry, _ outcome: AppliedEntry, _ simulation: Simulation
    ) {
        do throws(WireError) {
            let command = try MergeCommand(encoded)
            guard outcome.outcomes.isEmpty else {
                if case .freeze = command { simulation.probes.hit(.freezeRefused) }
                return
            }
            step(shard, command, LogPosition(index: outcome.index, term: outcome.term), simulation)
        } catch {
            simulation.fail("shard \(shard): entry \(outcome.index) cannot be read: \(error)")
        }
    }

    private mutating func step(
        _ shard: ShardID, _ command: MergeCommand, _ position: LogPosition, _ simulation: Simulation
    ) {
        switch command {
        case .intent: simulation.probes.hit(.mergeBegun)
        case .freeze(let epoch, let left, let number):
            if let last = steps[shard]?.last(where: { $0.index < position.index }), last.version != epoch.version {
                simulation.fail("shard \(shard): a freeze of version \(epoch.version) counts in \(last.version)")
            }
            merges.freezes(shard, MergeChecker.Merge(left: left, number: number), at: position)
        case .absorb(let absorb): self.absorb(shard, absorb, at: position.index, simulation)
        case .abort(let number):
            simulation.probes.hit(.mergeAborted)
            if let mistake = merges.aborts(MergeChecker.Merge(left: shard, number: number)) {
                simulation.fail("merge \(number) of shard \(shard) \(mistake)")
            }
        case .unfreeze(let left, let number): unfreeze(shard, left, number, at: position.index, simulation)
        }
    }

    private mutating func unfreeze(
        _ shard: ShardID, _ left: ShardID, _ number: UInt64, at index: LogIndex, _ simulation: Simulation
    ) {
        if let mistake = merges.thaws(shard, MergeChecker.Merge(left: left, number: number), at: index) {
            simulation.fail("shard \(shard) \(mistake)")
        }
        guard let last = steps[shard]?.last, last.index < index else { return }
        simulation.probes.hit(.unfrozen)
        steps[shard]?.append(Step(index: index, version: last.version + 1, range: last.range))
        guard var known = map[shard: shard] else { return simulation.fail("shard \(shard) is not known") }
        known.epoch.version = last.version + 1
        map.merge(known)
    }

    private mutating func absorb(
        _ shard: ShardID, _ absorb: MergeCommand.Absorb, at index: LogIndex, _ simulation: Simulation
    ) {
        guard let last = steps[shard]?.last, last.index < index else { return }
        simulation.probes.hit(.absorbed)
        let right = absorb.right.shard
        if let mistake = merges.absorbs(MergeChecker.Merge(left: shard, number: absorb.merge), absorb) {
            simulation.fail("merge \(absorb.merge) of shard \(shard) \(mistake)")
        }
        guard let neighbour = steps[right]?.last, neighbour.range.start == last.range.end,
            neighbour.range == absorb.right.range, neighbour.version == absorb.right.epoch.version
        else { return simulation.fail("shard \(shard) absorbs \(absorb.right) and ends at \(last.range.end)") }
        simulation.checkFreezeIsHeld(absorb)
        if simulation.leader(of: right).map({ $0 !== simulation.leader(of: shard) }) ?? false {
            simulation.probes.hit(.absorbedFromElsewhere)
        }
        let range = KeyRange(start: last.range.start, end: neighbour.range.end)
        let version = max(last.version, neighbour.version) + 1
        steps[shard]?.append(Step(index: index, version: version, range: range))
        guard var whole = map[shard: shard] else { return simulation.fail("shard \(shard) is not known") }
        whole.range = range
        whole.epoch.version = version
        map.merge(whole)
        checkTiles(simulation)
    }
}

extension Simulation {
    /// Every replica of the absorbed shard holds the freeze durably, unless it has lost something since (rule 33).
    func checkFreezeIsHeld(_ absorb: MergeCommand.Absorb) {
        for member in absorb.right.configuration.members {
            let name = LogName(shard: absorb.right.shard, replica: member.replica)
            guard !checker.members.lost.contains(name) else { continue }
            let last = checker.durable[name]?.last ?? .zero
            if last < absorb.frozen.index {
                fail("\(name) is absorbed at \(absorb.frozen) and holds \(last) only")
            }
        }
    }
}
