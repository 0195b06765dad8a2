import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// A split at the applier: one batch, whatever else is in it (rules 18 and 32).
@Suite struct SplitApplyTests {
    private let parent = Fixture.descriptor(0)
    private let child = ShardID(50)
    private let border = Fixture.key(0, 5)

    private func engine() throws -> (MemoryEngine, Applier) {
        let engine = MemoryEngine()
        try Fixture.create([parent], in: engine)
        var applier = Applier(sessionWindowMilliseconds: Fixture.window)
        applier.add(ShardState(descriptor: parent, replica: ReplicaID(2), applied: Fixture.firstState))
        return (engine, applier)
    }

    private func split(index: UInt64, epoch: Epoch = Epoch(version: 1, config: 1)) -> Entry<EncodedEntry> {
        let command = SplitCommand(epoch: epoch, key: border, child: child, first: NodeID(3))
        let encoded = command.encode(term: Term(1), index: LogIndex(index))
        return Entry(index: LogIndex(index), term: Term(1), content: .payload(encoded))
    }

    private func put(_ index: UInt64, _ key: Int, sequence: UInt64, version: UInt64) throws -> Entry<EncodedEntry> {
        try Fixture.entry(
            index: index, stamp: Timestamp(milliseconds: Fixture.start + index), epochVersion: version,
            [
                (
                    CommandHeader(session: 1, sequence: sequence, doneBelow: 1, issuedAt: Fixture.start),
                    try Fixture.operations { try $0.put(Fixture.key(0, key), [UInt8(index)]) }
                )
            ])
    }

    private func log() throws -> [Entry<EncodedEntry>] {
        [
            try put(1, 7, sequence: 1, version: 1), split(index: 2),
            // Proposed before its leader knew: in neither shard.
            try put(3, 7, sequence: 2, version: 1), try put(4, 2, sequence: 3, version: 2),
            split(index: 5),
        ]
    }

    @discardableResult
    private func apply(
        _ entries: [Entry<EncodedEntry>], _ engine: MemoryEngine, _ applier: inout Applier
    ) throws -> AppliedBatch {
        let batch = engine.makeBatch()
        let task = ApplyTask(shard: parent.shard, replica: ReplicaID(2), entries: entries, wantsOutcomes: true)
        let result = try #require(try applier.apply(task, store: engine, batch: batch))
        try engine.write(batch, writer: 1)
        return result
    }

    @Test func theLogDecidesNotTheBatch() throws {
        let log = try log()
        var reference: [[UInt8]]?
        for end in 1...log.count {
            var (engine, applier) = try engine()
            var births = try apply(Array(log[..<end]), engine, &applier).births
            var outcomes: [[CommandOutcome]] = []
            if end < log.count {
                let rest = try apply(Array(log[end...]), engine, &applier)
                births += rest.births
                outcomes = rest.entries.map(\.outcomes)
            }
            #expect(births.map(\.descriptor.shard) == [child], "a batch ends at \(end)")
            #expect(births.first?.replica == ReplicaID(3))
            if let last = outcomes.last?.first, case .done = last { Issue.record("the second split took place") }
            let rows = try Rows.all(in: engine, space: Key.userSpace).map { $0.key + [0xFF] + $0.value }
            #expect(rows.count == 2, "a batch ends at \(end)")
            #expect(reference == nil || reference == rows)
            reference = rows
            let states = [parent.shard, child].compactMap { applier.state(of: $0) }
            #expect(states.map(\.descriptor.range.end) == [border, parent.range.end])
            // Known on both sides: the command from before the split (rule 22).
            #expect(states.allSatisfy { $0.sessions.sessionCount == 1 })
        }
    }

    /// What a start finds is what was there, at every moment.
    @Test func aStartFindsBothPartsOrNeither() throws {
        let log = try log()
        for end in 1...log.count {
            var (engine, applier) = try engine()
            for entry in log[..<end] { try apply([entry], engine, &applier) }
            let recovered = try Recovery(
                node: NodeID(2), log: engine, state: engine, sessionWindowMilliseconds: Fixture.window
            ).run()
            // Its log is not written here, so the parent may be suspect; the child has none yet.
            let records = try Recovered.all(in: engine)
            #expect(records.count == (end < 2 ? 1 : 2))
            if end >= 2 {
                #expect(records.map(\.descriptor.range.end) == [border, parent.range.end])
                let replica = recovered.replicas.first { $0.descriptor.shard == child }
                #expect(replica?.member == Member(replica: ReplicaID(3), node: NodeID(2)))
                #expect(replica?.restored.hardState == HardState())
            }
        }
    }

    @Test func anotherEpochIsRefused() throws {
        for epoch in [Epoch(version: 2, config: 1), Epoch(version: 1, config: 2)] {
            var (engine, applier) = try engine()
            let result = try apply([split(index: 1, epoch: epoch)], engine, &applier)
            #expect(result.births == [])
            #expect(result.entries.first?.outcomes == [.refused(.epochMismatch([parent]))])
            #expect(applier.state(of: parent.shard)?.descriptor == parent)
        }
    }

    /// The replica was destroyed here before the split came: its rows go with the split, and it stays away.
    @Test func aTombstoneIsObeyed() throws {
        var (engine, applier) = try engine()
        let batch = engine.makeBatch()
        NodeKey.tombstone(child).withBytes { key in
            NodeKey.tombstoneValue(ReplicaID(3)).withBytes { batch.putNode(key, value: $0) }
        }
        try engine.write(batch, writer: 1)
        let result = try apply(try Array(log()[..<2]), engine, &applier)
        #expect(result.births.map(\.replica) == [nil])
        #expect(applier.state(of: child) == nil)
        #expect(try Rows.all(in: engine, space: Key.userSpace).isEmpty)
        #expect(try Recovered.all(in: engine).count == 1)
    }

    /// An id that is given out twice is a mistake that stops the replica before it spreads.
    @Test func aShardThatIsHereIsNotMadeAgain() throws {
        var (engine, applier) = try engine()
        try Fixture.create(
            [
                Descriptor(
                    shard: child, range: KeyRange(start: .user([9]), end: .end), epoch: Epoch(version: 1, config: 1),
                    configuration: parent.configuration, nextReplica: ReplicaID(4))
            ], in: engine)
        #expect(throws: ApplyError.self) { try apply([split(index: 1)], engine, &applier) }
    }

    /// The end of the parent does not take what it has given away.
    @Test func aDestroyedParentLeavesItsChild() throws {
        var (engine, applier) = try engine()
        try apply(try log(), engine, &applier)
        let batch = engine.makeBatch()
        let name = LogName(shard: parent.shard, replica: ReplicaID(2))
        // Asked for when the split was on its way.
        let task = DestroyTask(name: name, range: parent.range, returns: false)
        #expect(try applier.follow(.destroy(task), store: engine, batch: batch).ended == name)
        try engine.write(batch, writer: 1)
        let rows = try Rows.all(in: engine, space: Key.userSpace)
        #expect(rows.map(\.key) == [Fixture.key(0, 7).bytes])
    }
}
