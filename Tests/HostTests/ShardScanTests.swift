import Host
import Keyspace
import Raft
import Storage
import Testing
import Wire

/// What a scan hashes (rule 39).
@Suite struct ShardScanTests {
    private let descriptor = Fixture.descriptor(0)
    private var name: LogName { LogName(shard: descriptor.shard, replica: ReplicaID(1)) }

    private func engine(_ rows: [(key: Int, expiry: UInt64?, value: UInt8)]) throws -> MemoryEngine {
        let engine = MemoryEngine()
        try Fixture.create([descriptor], in: engine)
        let batch = engine.makeBatch()
        for row in rows {
            let header = DataValue.header(version: Timestamp(5), expiry: row.expiry).array
            Rows.put(Fixture.key(0, row.key).bytes, header + [row.value], batch)
        }
        // Another shard's.
        Rows.put(Fixture.key(1, 0).bytes, DataValue.header(version: Timestamp(5)).array + [UInt8(rows.count)], batch)
        try engine.write(batch, writer: 1)
        return engine
    }

    private func hash(_ engine: MemoryEngine, bytesMax: Int = .max, index: LogIndex = .zero) throws -> UInt64? {
        let check = AppliedCheck(position: LogPosition(index: index), chain: 0, wantsScan: true)
        let task = ScanTask(name: name, check: check, snapshot: try engine.snapshot())
        guard var scan = try ShardScan(task, window: Fixture.window) else { return nil }
        while true {
            if case .end(let hash) = try scan.step(bytesMax: bytesMax) { return hash }
        }
    }

    @Test func piecesMakeTheWhole() throws {
        let engine = try engine((0..<30).map { ($0, nil, UInt8($0)) })
        let whole = try hash(engine)
        for bytes in [1, 10, 64, 200] { #expect(try hash(engine, bytesMax: bytes) == whole) }
    }

    @Test func everyRowCounts() throws {
        let reference = try hash(try engine([(1, nil, 1), (2, nil, 2)]))
        #expect(try hash(try engine([(1, nil, 1), (2, nil, 3)])) != reference)
        #expect(try hash(try engine([(1, nil, 1)])) != reference)
        #expect(try hash(try engine([(1, nil, 1), (3, nil, 2)])) != reference)
        #expect(try hash(try engine([(1, nil, 1), (2, .max, 2)])) != reference)
    }

    /// Whether compaction has dropped them or not, and whether it does so while the scan goes on.
    @Test func whatExpiresDoesNotCount() throws {
        let reference = try hash(try engine([(1, nil, 1)]))
        #expect(try hash(try engine([(0, 1, 7), (1, nil, 1), (2, Fixture.start, 2)])) == reference)
        let soon = Fixture.start + 60_000
        #expect(try hash(try engine([(1, nil, 1), (2, soon, 2)])) == reference)
        let late = Fixture.start + ShardScan.marginMilliseconds + 60_000
        #expect(try hash(try engine([(1, nil, 1), (2, late, 2)])) != reference)
    }

    @Test func anotherIndexIsNotRead() throws {
        #expect(try hash(try engine([]), index: LogIndex(1)) == nil)
    }

    @Test func aRowThatDoesNotReadIsCorruption() throws {
        let engine = try engine([(1, nil, 1)])
        engine.rot(Fixture.key(0, 1).bytes, to: [1])
        #expect(throws: StorageError.self) { try hash(engine) }
    }

    // MARK: The queue

    private func task(_ shard: UInt64, _ index: UInt64) throws -> ScanTask {
        ScanTask(
            name: LogName(shard: ShardID(shard), replica: ReplicaID(1)),
            check: AppliedCheck(position: LogPosition(index: LogIndex(index)), chain: 0, wantsScan: true),
            snapshot: try MemoryEngine().snapshot())
    }

    @Test func fewSnapshotsAreHeld() throws {
        var queue = ScanQueue()
        #expect(queue.add(try task(2, 1)) == nil)
        // The latest of a shard.
        #expect(queue.add(try task(2, 2))?.check.position.index == LogIndex(1))
        #expect(queue.turn()?.check.position.index == LogIndex(2))
        // Whoever wanted the one that is being read has given up.
        #expect(queue.add(try task(2, 3))?.check.position.index == LogIndex(2))
        for shard in UInt64(3)..<6 { #expect(queue.add(try task(shard, 1)) == nil) }
        #expect(queue.add(try task(7, 1))?.name.shard == ShardID(7))
        for shard in UInt64(3)..<6 { #expect(queue.end(ShardID(shard), at: position(1)) != nil) }
        #expect(queue.end(ShardID(2), at: position(2)) == nil)
        #expect(queue.end(ShardID(2), at: position(3)) != nil)
        #expect(queue.turn() == nil)
    }

    private func position(_ index: UInt64) -> LogPosition { LogPosition(index: LogIndex(index)) }

    /// A large one does not keep the others waiting, whoever comes and goes.
    @Test func scansTakeTurns() throws {
        var queue = ScanQueue()
        for shard in UInt64(2)...4 { _ = queue.add(try task(shard, 1)) }
        #expect((0..<6).map { _ in queue.turn()?.name.shard.rawValue } == [2, 3, 4, 2, 3, 4])
        #expect(queue.turn()?.name.shard == ShardID(2))
        #expect(queue.end(ShardID(2), at: position(1)) != nil)
        #expect((0..<3).map { _ in queue.turn()?.name.shard.rawValue } == [3, 4, 3])
        _ = queue.add(try task(5, 1))
        #expect((0..<3).map { _ in queue.turn()?.name.shard.rawValue } == [4, 5, 3])
        #expect(queue.holds(ShardID(5), at: position(1)))
        #expect(!queue.holds(ShardID(5), at: position(2)))
    }
}
