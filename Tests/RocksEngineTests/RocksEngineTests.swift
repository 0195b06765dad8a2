import Raft
import Storage
import StorageConformance
@testable import RocksEngine
import Testing

/// What is RocksDB's own beyond the contract.
@Suite struct RocksEngineTests {
    private let name = LogName(shard: ShardID(1), replica: ReplicaID(1))

    @Test func aClosedStoreTakesNothing() throws {
        let folder = try TemporaryFolder()
        let engine = try Store.open(folder.path).engine
        try engine.close()
        try engine.close()
        #expect(throws: StorageError.closed) { try engine.write(LogBatch()) }
        #expect(throws: StorageError.closed) { try engine.sync() }
        #expect(throws: StorageError.closed) { _ = try engine.snapshot() }
        #expect(throws: StorageError.closed) { _ = try engine.pressure() }
    }

    /// A cold block is no failure and no absence (design §6).
    @Test func aColdReadWouldBlock() throws {
        let folder = try TemporaryFolder()
        do {
            let engine = try Store.open(folder.path).engine
            let batch = engine.makeBatch()
            for key in 0..<2_000 {
                Array("key\(key)".utf8).withBytes { key in
                    [UInt8](repeating: 7, count: 100).withBytes { batch.put(key, header: $0, value: $0) }
                }
            }
            try engine.write(batch, writer: 1)
            try engine.close()
        }
        let engine = try Store.open(folder.path).engine
        let key = Array("key777".utf8)
        func read(_ tier: ReadTier) throws -> GetOutcome {
            try key.withBytes { key throws(StorageError) in try engine.get(key, tier: tier) { _ in } }
        }
        #expect(try read(.cacheOnly) == .wouldBlock)
        #expect(try read(.disk) == .found)
        #expect(try read(.cacheOnly) == .found)
        #expect(
            try Array("nokey".utf8).withBytes { key throws(StorageError) in
                try engine.get(key, tier: .disk) { _ in }
            } == .absent)
    }

    @Test func sizesAndPressureAreTold() throws {
        let folder = try TemporaryFolder()
        do {
            let engine = try Store.open(folder.path).engine
            var draw = Draw(seed: 1)
            for key in 0..<200 {
                let batch = engine.makeBatch()
                let value = (0..<1_000).map { _ in UInt8(draw.below(256)) }
                Array("key\(key)".utf8).withBytes { key in
                    value.withBytes { value in [].withBytes { batch.put(key, header: $0, value: value) } }
                }
                try engine.write(batch, writer: 1)
            }
            try engine.close()
        }
        let engine = try Store.open(folder.path).engine
        let all = try size(engine, "a", "z")
        #expect(all > 150_000 && all < 300_000)
        #expect(try size(engine, "x", "z") < 20_000)
        let pressure = try engine.pressure()
        #expect(pressure.levelZeroFiles == 1)
        #expect(pressure.backgroundErrors == 0)
    }

    private func size(_ engine: RocksEngine, _ from: String, _ to: String) throws -> UInt64 {
        try Array(from.utf8).withBytes { from throws(StorageError) in
            try Array(to.utf8).withBytes { to throws(StorageError) in
                try engine.approximateSize(from: from, to: to)
            }
        }
    }

    /// Rule 38: what RocksDB says is told apart by what the caller does next.
    @Test func statusesAreClassified() {
        #expect(StorageError(rocksDB: "Corruption: block checksum mismatch", in: .read).consequence == .markReplica)
        #expect(StorageError(rocksDB: "Corruption: x", in: .write).consequence == .markNode)
        #expect(
            StorageError(rocksDB: "IO error: No space left on device: While appending", in: .write)
                == .diskFull("IO error: No space left on device: While appending"))
        #expect(StorageError(rocksDB: "IO error: While fsync", in: .write).consequence == .endProcess)
    }

    /// Readers, the log writer, an applier and a syncer at once: reads see whole logs, and the numbers stay whole.
    @Test func threadsDoNotDisturbEachOther() async throws {
        let folder = try TemporaryFolder()
        do {
            let engine = try Store.open(folder.path).engine
            let name = name
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for round in 0..<40 as Range<UInt64> {
                        let first = round * 2 + 1
                        try engine.write(
                            LogBatch(appends: [TestEntries.append(name, first...(first + 3), term: round)]))
                    }
                }
                group.addTask {
                    for key in 0..<200 {
                        let batch = engine.makeBatch()
                        [UInt8(key)].withBytes { key in batch.put(key, header: key, value: key) }
                        try engine.write(batch, writer: 1)
                    }
                }
                group.addTask { for _ in 0..<10 { try engine.sync() } }
                group.addTask {
                    for _ in 0..<60 {
                        let entries = try engine.read(
                            shard: name.shard, replica: name.replica, from: LogIndex(1), through: LogIndex(.max),
                            byteLimit: .max)
                        let terms = entries.map(\.term)
                        #expect(terms == terms.sorted())
                        #expect(
                            entries.map(\.index.rawValue)
                                == Array(1...UInt64(max(entries.count, 1))).prefix(entries.count).map { $0 })
                    }
                }
            }
            try engine.close()
        }
        #expect(try Store.open(folder.path).verdict == .consistent)
    }
}
