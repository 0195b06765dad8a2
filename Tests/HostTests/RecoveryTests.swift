import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Synchronization
import Testing
import Wire

/// Rule 16: what a start makes of a state and a log that were written apart.
@Suite struct RecoveryTests {
    private let descriptor = Fixture.descriptor(0)
    private var name: LogName { LogName(shard: descriptor.shard, replica: ReplicaID(2)) }

    /// A state that came from a snapshot at (10, 3).
    private func engine(applied: UInt64 = 10) throws -> MemoryEngine {
        let engine = MemoryEngine()
        let batch = engine.makeBatch()
        let state = AppliedState(
            appliedIndex: LogIndex(applied), appliedTerm: Term(3), baseIndex: LogIndex(10), baseTerm: Term(3),
            lastVersion: Timestamp(milliseconds: Fixture.start), sessionsCheckpoint: .zero)
        Rows.put(ShardRecordKey.descriptor(descriptor.shard).array, DescriptorRecord.encode(descriptor), batch)
        Rows.put(ShardRecordKey.appliedState(descriptor.shard).array, state.encode(), batch)
        Rows.put(ShardRecordKey.replica(descriptor.shard).array, ReplicaRecord.encode(ReplicaID(2)), batch)
        try engine.write(batch, writer: 1)
        return engine
    }

    private func write(_ terms: [UInt64], from first: UInt64 = 1, _ engine: MemoryEngine) throws {
        let entries = terms.enumerated().map { offset, term in
            Entry<EncodedEntry>(index: LogIndex(first + UInt64(offset)), term: Term(term), content: .empty)
        }
        guard let last = entries.last else { return }
        try engine.write(
            LogBatch(
                appends: [
                    LogAppend(
                        shard: name.shard, replica: name.replica, first: LogIndex(first), last: last.index,
                        chunk: EncodedEntry.chunk(entries))
                ]))
    }

    private func run(_ engine: MemoryEngine) throws -> Recovery.Result {
        try Recovery(node: NodeID(2), log: engine, state: engine, sessionWindowMilliseconds: Fixture.window).run()
    }

    /// The crash came between the snapshot's data and its log: whatever log there is gives way.
    @Test(arguments: [[], [1, 1, 1], Array(repeating: 2, count: 10), Array(repeating: 2, count: 14)] as [[UInt64]])
    func aLogWithoutTheBaseIsEmptyThere(_ terms: [UInt64]) throws {
        let engine = try engine()
        try write(terms, engine)
        let hardState = HardState(term: Term(5), vote: ReplicaID(1), commit: LogIndex(UInt64(terms.count)))
        try engine.write(
            LogBatch(hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: hardState)]))
        let result = try run(engine)
        #expect(result.suspects.isEmpty)
        #expect(
            result.resets == [
                LogTruncation(shard: name.shard, replica: name.replica, through: LogIndex(10), term: Term(3))
            ])
        let restored = try #require(result.replicas.first).restored
        #expect(restored.truncated == LogPosition(index: LogIndex(10), term: Term(3)))
        #expect(restored.lastIndex == LogIndex(10))
        // What was promised stays.
        #expect(restored.hardState == HardState(term: Term(5), vote: ReplicaID(1), commit: LogIndex(10)))
        // Done once, it is over.
        try engine.write(LogBatch(resets: result.resets))
        #expect(try run(engine).resets.isEmpty)
    }

    /// The term is at least the base's, and a vote of an older term is void.
    @Test func theTermIsAtLeastTheBases() throws {
        let engine = try engine()
        let hardState = HardState(term: Term(2), vote: ReplicaID(1), commit: .zero)
        try engine.write(
            LogBatch(hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: hardState)]))
        let restored = try #require(try run(engine).replicas.first).restored
        #expect(restored.hardState == HardState(term: Term(3), vote: nil, commit: LogIndex(10)))
    }

    /// A log that contains the base is kept, from wherever it begins.
    @Test(arguments: [0, 5, 10, 12] as [UInt64]) func aLogWithTheBaseStays(truncated: UInt64) throws {
        let engine = try engine(applied: max(10, truncated))
        try write(Array(repeating: 3, count: 14), engine)
        if truncated > 0 {
            try engine.write(
                LogBatch(truncations: [
                    LogTruncation(
                        shard: name.shard, replica: name.replica, through: LogIndex(truncated), term: Term(3))
                ]))
        }
        let result = try run(engine)
        #expect(result.suspects.isEmpty)
        #expect(result.resets.isEmpty)
        #expect(try #require(result.replicas.first).restored.lastIndex == LogIndex(14))
    }

    /// Applied beyond the base, and the log is gone: that was promised, so it is never silence.
    @Test func aLostLogIsSuspect() throws {
        let engine = try engine(applied: 12)
        try engine.write(
            LogBatch(resets: [
                LogTruncation(shard: name.shard, replica: name.replica, through: LogIndex(10), term: Term(3))
            ]))
        let result = try run(engine)
        #expect(result.replicas.isEmpty && result.resets.isEmpty)
        #expect(result.suspects.map(\.name) == [name])
    }

    /// What is corrupt of one shard is that shard's alone.
    @Test func aShardWithABrokenRecordIsSuspectAlone() throws {
        let engine = try engine()
        let batch = engine.makeBatch()
        let other = ShardID(descriptor.shard.rawValue - 1)
        Rows.put(ShardRecordKey.descriptor(other).array, [1], batch)
        try engine.write(batch, writer: 1)
        let result = try run(engine)
        #expect(result.replicas.map(\.descriptor) == [descriptor])
        #expect(result.suspects.map(\.name.shard) == [other])
    }

    /// Nothing is lost: an older program does not start, instead of taking its replicas for broken (rule 24).
    @Test func whatANewerProgramWroteIsNotSuspect() throws {
        let engine = try engine()
        try write(Array(repeating: 3, count: 10), engine)
        let index = LogIndex(11)
        var chunk = EncodedEntry.chunk([Entry<EncodedEntry>(index: index, term: Term(3), content: .empty)])
        // An entry of a kind that is not there yet, with its checksum.
        chunk.setInteger(UInt8(250), at: 9)
        var checksum = Checksum()
        checksum.add(chunk.readableBytesSpan.extracting(droppingFirst: 8))
        chunk.setInteger(checksum.value, at: 4, endianness: .little)
        try engine.write(
            LogBatch(
                appends: [
                    LogAppend(shard: name.shard, replica: name.replica, first: index, last: index, chunk: chunk)
                ]))
        do {
            let result = try run(engine)
            Issue.record("it starts, with suspects \(result.suspects.map(\.reason))")
        } catch let error as StorageError {
            #expect(error.consequence == .stopReplica, "\(error)")
        }
    }

    /// The removal was applied, the data is still there: it goes, and nobody comes back by it.
    @Test func aReplicaWhoseRemovalWasAppliedGoes() throws {
        let engine = try engine()
        var without = descriptor
        without.configuration.voters.removeAll { $0.replica == ReplicaID(2) }
        without.epoch.config += 1
        let batch = engine.makeBatch()
        Rows.put(ShardRecordKey.descriptor(descriptor.shard).array, DescriptorRecord.encode(without), batch)
        Rows.put(Fixture.key(0, 1).bytes, [7], batch)
        try engine.write(batch, writer: 1)
        let result = try run(engine)
        #expect(result.replicas.isEmpty && result.suspects.isEmpty)
        #expect(result.removed == [DestroyTask(name: name, range: descriptor.range, returns: false)])
        for task in result.removed {
            task.build(into: batch)
            try engine.write(batch, writer: 1)
        }
        let after = try run(engine)
        #expect(after.removed.isEmpty && after.replicas.isEmpty)
        #expect(after.departed.tombstones.elementsEqual([(name.shard, name.replica)]) { $0 == $1 })
        #expect(try Rows.all(in: engine, space: Key.userSpace).isEmpty)
    }

    /// What waits to be applied may be much: it is read in steps, and nothing of it is missing.
    @Test func aLongLogIsReadInSteps() throws {
        let engine = try engine()
        try write(Array(repeating: 3, count: 10), engine)
        for index in UInt64(11)...80 {
            let entry = try Fixture.entry(
                index: index, term: 3, stamp: Timestamp(milliseconds: Fixture.start + index),
                [
                    (
                        CommandHeader(session: 0, sequence: 0, doneBelow: 0, issuedAt: 0),
                        try Fixture.operations {
                            try $0.put(Fixture.key(0, 1), [UInt8](repeating: 1, count: 100_000))
                        }
                    )
                ])
            try engine.write(
                LogBatch(
                    appends: [
                        LogAppend(
                            shard: name.shard, replica: name.replica, first: LogIndex(index), last: LogIndex(index),
                            chunk: EncodedEntry.chunk([entry]))
                    ]))
        }
        let hardState = HardState(term: Term(3), vote: nil, commit: LogIndex(80))
        try engine.write(
            LogBatch(hardStates: [HardStateRecord(shard: name.shard, replica: name.replica, hardState: hardState)]))
        let log = CountedReads(engine)
        let result = try Recovery(
            node: NodeID(2), log: log, state: engine, sessionWindowMilliseconds: Fixture.window
        ).run()
        #expect(result.suspects.isEmpty)
        #expect(result.replicas.first?.restored.entries.map(\.index.rawValue) == Array(11...80))
        let steps = log.steps.withLock { $0 }
        #expect(steps.count > 1 && steps.allSatisfy { $0 <= 5 << 20 })
    }
}

/// A log store that notes how much each read gave.
private final class CountedReads: LogStore {
    private let engine: MemoryEngine
    let steps = Mutex<[Int]>([])

    init(_ engine: MemoryEngine) { self.engine = engine }

    func read(
        shard: ShardID, replica: ReplicaID, from: LogIndex, through: LogIndex, byteLimit: Int
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        let entries = try engine.read(
            shard: shard, replica: replica, from: from, through: through, byteLimit: byteLimit)
        steps.withLock { $0.append(entries.reduce(0) { $0 + $1.byteCount }) }
        return entries
    }

    func write(_ batch: LogBatch) throws(StorageError) { try engine.write(batch) }
    func sync() throws(StorageError) { try engine.sync() }
    func recover(shard: ShardID, replica: ReplicaID) throws(StorageError) -> RecoveredLog {
        try engine.recover(shard: shard, replica: replica)
    }
    func allLogs() throws(StorageError) -> [LogName] { try engine.allLogs() }
}
