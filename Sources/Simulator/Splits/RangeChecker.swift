import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Which shard owns which keys, from the first record on (I25, I26, I28 and I29): the shards tile the keyspace at every
/// step, every replica takes the same step at the same entry, and nobody writes outside of its range.
struct RangeChecker {
    /// The shards as of the newest step that some replica has taken.
    var map: RangeMap
    var steps: [ShardID: [Step]] = [:]
    var merges = MergeChecker()
    /// The first descriptors of shards that splits have made.
    private var children: [ShardID: Descriptor] = [:]

    /// What a shard is after the entry at `index`.
    struct Step {
        var index: LogIndex
        var version: UInt64
        var range: KeyRange
    }

    /// Shards that are part of others by now.
    var absorbed: Set<ShardID> { merges.absorbed }

    init(_ first: [Descriptor]) {
        map = RangeMap(first.filter { $0.range != .system })
        for descriptor in first { begin(descriptor) }
    }

    private mutating func begin(_ descriptor: Descriptor) {
        steps[descriptor.shard] = [
            Step(index: .zero, version: descriptor.epoch.version, range: descriptor.range)
        ]
    }

    /// A replica has applied the task: what was split, and what was written where.
    mutating func applied(
        _ task: ApplyTask, _ batch: AppliedBatch, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        var births = batch.births[...]
        for (entry, outcome) in zip(task.entries, batch.entries) {
            guard case .payload(let encoded) = entry.content, !encoded.isCheck else { continue }
            if encoded.isMerge {
                merge(task.shard, encoded, outcome, simulation)
                continue
            }
            guard encoded.isSplit else {
                checkWrites(encoded, outcome, task.shard, simulation)
                continue
            }
            guard outcome.outcomes.isEmpty else {
                simulation.probes.hit(.splitRefused)
                continue
            }
            guard let birth = births.popFirst() else {
                return simulation.fail("shard \(task.shard): a split at \(entry.index) made nothing")
            }
            split(task.shard, entry.index, birth.descriptor, node, simulation)
            if let replica = birth.replica {
                simulation.checker.members.isBorn(LogName(shard: birth.descriptor.shard, replica: replica))
            }
        }
    }

    private mutating func split(
        _ shard: ShardID, _ index: LogIndex, _ child: Descriptor, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        if let known = steps[shard]?.first(where: { $0.index == index }) {
            // The others' entry: the same step.
            guard known.version == child.epoch.version, children[child.shard] == child else {
                return simulation.fail("shard \(shard): the split at \(index) is another one on node \(node.id)")
            }
            return
        }
        guard let last = steps[shard]?.last, steps[child.shard] == nil else {
            return simulation.fail("shard \(shard): the split at \(index) makes shard \(child.shard) again")
        }
        simulation.probes.hit(.split)
        guard child.epoch.version == last.version + 1, last.index < index else {
            return simulation.fail("shard \(shard): version \(last.version) became \(child.epoch.version)")
        }
        guard last.range.contains(child.range), child.range.start > last.range.start else {
            return simulation.fail("shard \(child.shard) has \(child.range), and its parent had \(last.range)")
        }
        guard let state = node.applier.state(of: shard)?.descriptor, state.range.end <= child.range.start else {
            return simulation.fail("shard \(shard) keeps what it gave to shard \(child.shard)")
        }
        let rest = KeyRange(start: last.range.start, end: child.range.start)
        steps[shard]?.append(Step(index: index, version: child.epoch.version, range: rest))
        begin(child)
        children[child.shard] = child
        simulation.checker.members.splits(shard, at: index, into: child, simulation)
        guard var parent = map[shard: shard] else { return simulation.fail("shard \(shard) is not known") }
        parent.range = rest
        parent.epoch.version = child.epoch.version
        map.merge(parent)
        map.merge(child)
        checkTiles(simulation)
        // Its own word must be the same as what was made of it: a later split may have cut off more.
        if state.epoch.version == child.epoch.version, state.range != rest {
            simulation.fail("shard \(shard) has \(state.range) after its split at \(child.range.start)")
        }
    }

    func checkTiles(_ simulation: Simulation) {
        var start = Key.userStart
        for descriptor in map.all {
            guard descriptor.range.start == start else { return simulation.fail("nobody has \(start)") }
            start = descriptor.range.end
        }
        if start != Key.end { simulation.fail("nobody has \(start)") }
    }

    /// What takes effect was meant for the shard as it is at that entry.
    private func checkWrites(
        _ encoded: EncodedEntry, _ outcome: AppliedEntry, _ shard: ShardID, _ simulation: Simulation
    ) {
        if merges.isFrozen(shard, at: outcome.index) {
            for case .done in outcome.outcomes {
                return simulation.fail("shard \(shard) is frozen and applies a command at \(outcome.index)")
            }
        }
        guard let step = steps[shard]?.last(where: { $0.index < outcome.index }), step.version > 1 else { return }
        do throws(WireError) {
            var view = try CommandBatchView(encoded)
            var outcomes = outcome.outcomes[...]
            while let command = try view.nextCommand() {
                guard case .done = outcomes.popFirst() else { continue }
                var cursor = view.operations(of: command)
                while let operation = try cursor.next() {
                    let key = cursor.bytes.readableBytesSpan.extracting(operation.key)
                    // A repeated command shows its first outcome, from before the split.
                    guard !step.range.contains(key), view.epochVersion != step.version else { continue }
                    let place = "\(Key(copying: key)) at \(outcome.index)"
                    simulation.fail("shard \(shard) wrote \(place), outside of \(step.range)")
                }
            }
        } catch {
            simulation.fail("shard \(shard): entry \(outcome.index) cannot be read: \(error)")
        }
    }

    /// What is wrong with the bounds in the head of a snapshot (I14).
    func mistake(in offer: SnapshotOffer) -> String? {
        let descriptor = offer.descriptor
        guard let step = steps[descriptor.shard]?.last(where: { $0.index <= offer.position.index }) else {
            return "of a shard that is not there"
        }
        return step.range == descriptor.range && step.version == descriptor.epoch.version ? nil : "with other bounds"
    }

    /// On no disk do two replicas have a key (rule 30).
    func checkDisjoint(_ descriptors: [Descriptor], _ node: SimulatedNode, _ simulation: Simulation) {
        let sorted = descriptors.sorted { $0.range.start < $1.range.start }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.range.end > next.range.start {
            simulation.fail(
                "node \(node.id): shard \(one.shard) has \(one.range) and shard \(next.shard) has \(next.range)")
        }
    }
}
