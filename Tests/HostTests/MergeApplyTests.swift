import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// Merges at the applier: what the log says, wherever a batch ends (rules 18 and 33).
@Suite struct MergeApplyTests {
    private let left = Fixture.descriptor(0)
    private let right = Fixture.descriptor(1)
    private let replica = ReplicaID(2)
    private let frozen = LogPosition(index: LogIndex(2), term: Term(1))

    private func engine() throws -> (MemoryEngine, Applier) {
        let engine = MemoryEngine()
        try Fixture.create([left, right], in: engine)
        var applier = Applier(sessionWindowMilliseconds: Fixture.window)
        for descriptor in [left, right] {
            applier.add(ShardState(descriptor: descriptor, replica: replica, applied: Fixture.firstState))
        }
        return (engine, applier)
    }

    private func entry(_ command: MergeCommand, _ index: UInt64) -> Entry<EncodedEntry> {
        Entry(
            index: LogIndex(index), term: Term(1),
            content: .payload(command.encode(term: Term(1), index: LogIndex(index))))
    }

    private func put(
        _ shard: Int, _ index: UInt64, sequence: UInt64, stamp: UInt64, version: UInt64 = 1, doneBelow: UInt64 = 1
    ) throws -> Entry<EncodedEntry> {
        try Fixture.entry(
            index: index, stamp: Timestamp(milliseconds: Fixture.start + stamp), epochVersion: version,
            [
                (
                    CommandHeader(session: 7, sequence: sequence, doneBelow: doneBelow, issuedAt: Fixture.start),
                    try Fixture.operations { try $0.put(Fixture.key(shard, Int(sequence)), [UInt8(index)]) }
                )
            ])
    }

    private func intent(_ index: UInt64, merge: UInt64 = 1) -> Entry<EncodedEntry> {
        entry(.intent(epoch: left.epoch, merge: merge, right: right.shard, rightEpoch: right.epoch), index)
    }

    private func freeze(_ index: UInt64, version: UInt64 = 1) -> Entry<EncodedEntry> {
        entry(.freeze(epoch: Epoch(version: version, config: 1), left: left.shard, merge: 1), index)
    }

    private func absorb(_ index: UInt64, merge: UInt64 = 1) -> Entry<EncodedEntry> {
        let version = Timestamp(milliseconds: Fixture.start + 50)
        return entry(
            .absorb(MergeCommand.Absorb(merge: merge, frozen: frozen, lastVersion: version, right: right)), index)
    }

    @discardableResult
    private func apply(
        _ shard: Descriptor, _ entries: [Entry<EncodedEntry>], _ engine: MemoryEngine, _ applier: inout Applier
    ) throws -> AppliedBatch {
        let batch = engine.makeBatch()
        let task = ApplyTask(shard: shard.shard, replica: replica, entries: entries, wantsOutcomes: true)
        let result = try #require(try applier.apply(task, store: engine, batch: batch))
        try engine.write(batch, writer: 1)
        return result
    }

    private func unite(_ entry: Entry<EncodedEntry>, _ engine: MemoryEngine, _ applier: inout Applier) throws
        -> Applier.Followed
    {
        let batch = engine.makeBatch()
        let task = ApplyTask(shard: left.shard, replica: replica, entries: [entry], wantsOutcomes: true)
        let name = LogName(shard: right.shard, replica: replica)
        let followed = try applier.follow(.absorb(task, name), store: engine, batch: batch)
        try engine.write(batch, writer: 1)
        return followed
    }

    /// Up to the point at which the left shard may absorb the right one, batches ending at `end`.
    private func prepare(_ engine: MemoryEngine, _ applier: inout Applier, end: Int = 1) throws {
        let rights = [try put(1, 1, sequence: 2, stamp: 40), freeze(2), try put(1, 3, sequence: 3, stamp: 45)]
        for part in [rights[..<min(end, 3)], rights[min(end, 3)...]] where !part.isEmpty {
            try apply(right, Array(part), engine, &applier)
        }
        let lefts = [try put(0, 1, sequence: 1, stamp: 10), intent(2)]
        for part in [lefts[..<min(end, 2)], lefts[min(end, 2)...]] where !part.isEmpty {
            try apply(left, Array(part), engine, &applier)
        }
    }

    @Test func theWholeIsOfBothWhereverABatchEnds() throws {
        var reference: [[UInt8]]?
        for end in 1...3 {
            var (engine, applier) = try engine()
            try prepare(engine, &applier, end: end)
            let followed = try unite(absorb(3), engine, &applier)
            #expect(followed.ended == LogName(shard: right.shard, replica: replica))
            let whole = try #require(followed.applied?.descriptor)
            #expect(whole.range == KeyRange(start: left.range.start, end: right.range.end))
            #expect(whole.epoch == Epoch(version: 2, config: 1))
            let state = try #require(applier.state(of: left.shard))
            #expect(applier.state(of: right.shard) == nil)
            #expect(state.descriptor == whole && state.merge.absorbed == [right.shard] && state.merge.intent == nil)
            // Above every version of both (rule 20).
            #expect(state.applied.lastVersion == Timestamp(milliseconds: Fixture.start + 50))
            // What was frozen has taken nothing more.
            let rows = try Rows.all(in: engine, space: Key.userSpace)
            #expect(rows.map(\.key) == [Fixture.key(0, 1).bytes, Fixture.key(1, 2).bytes])
            let records = try Rows.all(in: engine, space: ShardRecordKey.space).map { $0.key + [0xFF] + $0.value }
            #expect(reference == nil || reference == records, "batches end at \(end)")
            reference = records
        }
    }

    /// A start finds both shards or the whole, and then the tombstone that says whose the other one is.
    @Test func aStartFindsTheWhole() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        #expect(try DepartedReplicas.read(from: engine).tombstones.isEmpty)
        let records = try Recovered.all(in: engine)
        #expect(records.map(\.descriptor) == [left, right])
        _ = try unite(absorb(3), engine, &applier)
        let after = try Recovered.all(in: engine)
        #expect(after.map(\.descriptor.shard) == [left.shard])
        #expect(try after.first?.shardState(node: NodeID(2), window: Fixture.window).sessions.sessionCount == 1)
        let departed = try DepartedReplicas.read(from: engine)
        #expect(departed.tombstones.map(\.shard) == [right.shard])
        #expect(departed.absorbed.map(\.left) == [left.shard])
    }

    /// Commands that either of the two has applied are known to the whole (rule 22).
    @Test func answersOfBothAreKnown() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        _ = try unite(absorb(3), engine, &applier)
        let again = try apply(
            left,
            [
                try put(0, 4, sequence: 1, stamp: 60, version: 2), try put(1, 5, sequence: 2, stamp: 61, version: 2),
                try put(1, 6, sequence: 3, stamp: 62, version: 2),
            ], engine, &applier)
        let versions = again.entries.map { entry -> Timestamp? in
            guard case .done(.one(.put(let version))) = entry.outcomes.first else { return nil }
            return version
        }
        // The third was refused by the frozen shard, and is new.
        #expect(versions.map { $0?.milliseconds } == [10, 40, 62].map { Fixture.start + $0 })
    }

    /// Where it is brought to its end differs from node to node; what it is there must not (rule 21).
    @Test func aFrozenShardStandsStill() throws {
        var states: [AppliedState] = []
        for end in 2...3 {
            var (engine, applier) = try engine()
            let log = [try put(1, 1, sequence: 2, stamp: 40), freeze(2), try put(1, 3, sequence: 3, stamp: 45)]
            try apply(right, Array(log[..<end]), engine, &applier)
            states.append(try #require(applier.state(of: right.shard)).applied)
        }
        #expect(states.map(\.lastVersion.milliseconds) == [40, 40].map { Fixture.start + $0 })
        // Going on it takes what comes, above everything it has taken.
        var (engine, applier) = try engine()
        let log = [
            try put(1, 1, sequence: 2, stamp: 40), freeze(2), try put(1, 3, sequence: 3, stamp: 45),
            entry(.unfreeze(left: left.shard, merge: 1), 4), try put(1, 5, sequence: 4, stamp: 70, version: 2),
        ]
        try apply(right, log, engine, &applier)
        let last = try #require(applier.state(of: right.shard)).applied.lastVersion
        #expect(last.milliseconds == Fixture.start + 70)
    }

    /// Of absorb and abort the first counts; the second finds nothing that is pending.
    @Test func aMergeThatWasGivenUpStaysSo() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        let result = try apply(left, [entry(.abort(merge: 1), 3), absorb(4), intent(5)], engine, &applier)
        #expect(result.entries.map(\.outcomes.isEmpty) == [true, false, false])
        #expect(result.descriptor == nil)
        // The number of a merge is used once.
        let next = try apply(left, [intent(6, merge: 2)], engine, &applier)
        #expect(next.entries.map(\.outcomes.isEmpty) == [true])
        #expect(next.merge?.last == 2)
        #expect(try Rows.all(in: engine, space: Key.userSpace).count == 2)
    }

    /// A split may stand right before a merge.
    @Test func aSplitAndAnIntentInOneBatch() throws {
        for end in 1...2 {
            var (engine, applier) = try engine()
            let split = SplitCommand(epoch: left.epoch, key: Fixture.key(0, 5), child: ShardID(50), first: NodeID(3))
            let payload = Entry<EncodedEntry>.Content.payload(split.encode(term: Term(1), index: LogIndex(1)))
            let epoch = Epoch(version: 2, config: 1)
            let log = [
                Entry(index: LogIndex(1), term: Term(1), content: payload),
                entry(.intent(epoch: epoch, merge: 1, right: ShardID(50), rightEpoch: epoch), 2),
            ]
            var report: MergeState?
            for part in [log[..<end], log[end...]] where !part.isEmpty {
                report = try apply(left, Array(part), engine, &applier).merge
            }
            #expect(report?.intent == MergeState.Intent(right: ShardID(50), epoch: epoch))
            #expect(applier.state(of: ShardID(50))?.descriptor.epoch == epoch)
        }
    }

    /// Somebody may still have a replica of what became part of the parent, in the keys of the child (rule 29).
    @Test func aChildKnowsWhatItsParentHasAbsorbed() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        let whole = try #require(try unite(absorb(3), engine, &applier).applied?.descriptor)
        let split = SplitCommand(
            epoch: whole.epoch, key: Fixture.key(1, 5), child: ShardID(50), first: NodeID(3))
        let payload = Entry<EncodedEntry>.Content.payload(split.encode(term: Term(1), index: LogIndex(4)))
        let result = try apply(
            left, [Entry(index: LogIndex(4), term: Term(1), content: payload)], engine, &applier)
        #expect(result.births.map(\.absorbed) == [[right.shard]])
        #expect(applier.state(of: ShardID(50))?.merge.absorbed == [right.shard])
        let child = try #require(try Recovered.all(in: engine).first { $0.descriptor.shard == ShardID(50) })
        let state = try child.shardState(node: NodeID(2), window: Fixture.window)
        #expect(state.merge == applier.state(of: ShardID(50))?.merge)
    }

    /// While it takes part in a merge, a shard is not split, nor merged otherwise.
    @Test func nothingElseChangesAShardThatIsMerged() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        let split = SplitCommand(epoch: left.epoch, key: Fixture.key(0, 5), child: ShardID(50), first: NodeID(3))
        let payload = Entry<EncodedEntry>.Content.payload(split.encode(term: Term(1), index: LogIndex(3)))
        let result = try apply(
            left,
            [
                Entry(index: LogIndex(3), term: Term(1), content: payload), freeze(4), intent(5, merge: 2),
                entry(.abort(merge: 2), 6),
            ], engine, &applier)
        #expect(result.entries.allSatisfy { !$0.outcomes.isEmpty })
        #expect(result.births.isEmpty && result.merge == nil)
    }

    /// Unfreezing takes another version, so that a freeze which comes late does not count.
    @Test func aLateFreezeIsRefused() throws {
        var (engine, applier) = try engine()
        try prepare(engine, &applier)
        let result = try apply(
            right,
            [
                entry(.unfreeze(left: left.shard, merge: 2), 4), entry(.unfreeze(left: left.shard, merge: 1), 5),
                freeze(6), try put(1, 7, sequence: 4, stamp: 70, version: 2),
            ], engine, &applier)
        #expect(result.entries.map(\.outcomes.isEmpty) == [false, true, false, false])
        #expect(result.descriptor?.epoch == Epoch(version: 2, config: 1))
        #expect(result.merge?.frozen == nil)
        guard case .done = result.entries.last?.outcomes.first else { throw Refused() }
    }

    /// A replica that is not ready is not absorbed, whatever the lane says: that would lose its rows.
    @Test func aReplicaThatIsNotReadyIsNotAbsorbed() throws {
        var (engine, applier) = try engine()
        try apply(left, [intent(1)], engine, &applier)
        #expect(throws: ApplyError.self) { try unite(absorb(2), engine, &applier) }
        #expect(throws: ApplyError.self) { try apply(left, [absorb(2)], engine, &applier) }
    }

    private struct Refused: Error {}
}
