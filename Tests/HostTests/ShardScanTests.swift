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
        #expect(queue.next()?.check.position.index == LogIndex(2))
        // Being read: one snapshot of a shard is enough.
        #expect(queue.add(try task(2, 3))?.check.position.index == LogIndex(3))
        for shard in UInt64(3)..<6 { #expect(queue.add(try task(shard, 1)) == nil) }
        #expect(queue.add(try task(7, 1))?.name.shard == ShardID(7))
        for shard in UInt64(3)..<6 { #expect(queue.next()?.name.shard == ShardID(shard)) }
        #expect(queue.next() == nil)
        #expect(queue.add(try task(2, 4)) == nil)
    }
}
