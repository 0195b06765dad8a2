import Raft
import Storage
import StorageConformance
import Testing

/// The in-memory engine loses what a disk would lose, and a start notices what it must.
@Suite struct MemoryCrashTests {
    private let name = LogName(shard: ShardID(1), replica: ReplicaID(1))

    /// Ten appends, the first `synced` of them synced, each with an apply batch of the same number.
    private func engine(synced: UInt64) throws -> MemoryEngine {
        let engine = MemoryEngine()
        for index in 1...10 as ClosedRange<UInt64> {
            try engine.write(LogBatch(appends: [TestEntries.append(name, index...index, term: 1)]))
            let batch = engine.makeBatch()
            [UInt8(index)].withBytes { key in [1].withBytes { batch.put(key, header: $0, value: $0) } }
            try engine.write(batch, writer: 1)
            if index == synced {
                try engine.sync()
                engine.syncMark()
            }
        }
        return engine
    }

    private func lastIndex(_ engine: MemoryEngine) throws -> UInt64 {
        try engine.recover(shard: name.shard, replica: name.replica).lastIndex.rawValue
    }

    private func keys(_ engine: MemoryEngine) throws -> Int {
        var count = 0
        let (from, to): ([UInt8], [UInt8]) = ([0], [255])
        try from.withBytes { from throws(StorageError) in
            try to.withBytes { to throws(StorageError) in
                try engine.snapshot().iterate(from: from, to: to, reverse: false) { _, _ in
                    count += 1
                    return true
                }
            }
        }
        return count
    }

    @Test func aDeadProcessLosesNothing() throws {
        let (engine, verdict) = try engine(synced: 4).crash(.processDies)
        #expect(verdict == .consistent)
        #expect(try lastIndex(engine) == 10)
        #expect(try keys(engine) == 10)
    }

    @Test func aPowerFailureLosesWhatWasNotSynced() throws {
        let (engine, verdict) = try engine(synced: 4).crash(.unsyncedLost)
        #expect(verdict == .consistent)
        #expect(try lastIndex(engine) == 4)
        #expect(try keys(engine) == 4)
    }

    @Test func aPrefixSurvives() throws {
        var seen: Set<UInt64> = []
        for seed in 0..<40 as Range<UInt64> {
            let (engine, verdict) = try engine(synced: 4).crash(.unsyncedTailLost(seed: seed))
            let (last, keys) = (try lastIndex(engine), try keys(engine))
            #expect(verdict == .consistent)
            #expect(last >= 4)
            // The apply of an entry is written after its append: never more keys than entries.
            #expect(keys == Int(last) || keys + 1 == Int(last))
            seen.insert(last)
        }
        #expect(seen.count >= 5)
    }

    @Test func aHoleIsNoticed() throws {
        var suspects = 0
        for seed in 0..<40 as Range<UInt64> {
            let source = try engine(synced: 10)
            let verdict = try source.crash(.hole(seed: seed)).verdict
            if verdict != .consistent { suspects += 1 }
        }
        // A missing last write of the applier is no hole: 1 of 20 writes.
        #expect(suspects >= 30)
    }

    @Test func aLostSyncedTailIsNoticed() throws {
        for seed in 0..<40 as Range<UInt64> {
            let verdict = try engine(synced: 10).crash(.syncedTailLost(seed: seed)).verdict
            guard case .suspect(.endsShort(_, synced: 10)) = verdict else {
                // Only the applier's last write was lost: nothing of a log.
                #expect(verdict == .consistent)
                continue
            }
        }
        let found = try (0..<40 as Range<UInt64>).filter { seed in
            try engine(synced: 10).crash(.syncedTailLost(seed: seed)).verdict != .consistent
        }
        #expect(found.count >= 35)
    }

    /// Rule 15: a suspicion is found once; what was lost is not found again at every later start.
    @Test func numbersStartAnewBehindASuspicion() throws {
        let (first, verdict) = try engine(synced: 10).crash(.syncedTailLost(seed: 3))
        #expect(verdict != .consistent)
        var engine = first
        for _ in 0..<3 {
            try engine.write(LogBatch(truncations: []))
            let next = try engine.restart()
            #expect(next.verdict == .consistent)
            engine = next.engine
        }
        #expect(engine.syncedNumber > 10)
    }

    @Test func aFailedSyncEndsTheStore() throws {
        let engine = try engine(synced: 4)
        engine.failNextSync(.io("fsync: Input/output error"))
        #expect(throws: StorageError.io("fsync: Input/output error")) { try engine.sync() }
        #expect(throws: StorageError.closed) { try engine.sync() }
        #expect(throws: StorageError.closed) { try engine.write(LogBatch()) }
        #expect(try lastIndex(engine.crash(.unsyncedLost).engine) == 4)
    }

    @Test func anIngestedTableSurvivesEveryCrash() throws {
        let engine = try engine(synced: 4)
        let table = try engine.makeTable()
        try [200].withBytes { key throws(StorageError) in
            try [1].withBytes { value throws(StorageError) in try table.put(key, value: value) }
        }
        try engine.ingest([table])
        #expect(try keys(engine.crash(.unsyncedLost).engine) == 5)
    }

    @Test func theSameCallsGiveTheSameCrash() throws {
        let outcomes = try (0..<2).map { _ in
            let (engine, verdict) = try engine(synced: 6).crash(.unsyncedTailLost(seed: 99))
            return "\(verdict) \(try lastIndex(engine)) \(try keys(engine))"
        }
        #expect(outcomes[0] == outcomes[1])
    }
}
