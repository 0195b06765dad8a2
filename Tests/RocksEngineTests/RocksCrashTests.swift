import Foundation
import Raft
import Storage
import StorageConformance
@testable import RocksEngine
import Testing

/// Rules 14 and 15 on real files: what a start finds after the disk took something away. RocksDB itself opens without
/// an error in most of these cases.
@Suite struct RocksCrashTests {
    private let name = LogName(shard: ShardID(1), replica: ReplicaID(1))

    /// A running store with `count` appends, each with an apply batch, synced after `synced` of them; the folder is
    /// copied as it is, as if the machine stopped here, and the store stopped.
    private func crashed(count: UInt64 = 10, synced: UInt64, walSwitchAt: UInt64? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let engine = try Store.open(folder.path).engine
        for index in 1...count {
            try engine.write(LogBatch(appends: [TestEntries.append(name, index...index, term: 1)]))
            let batch = engine.makeBatch()
            [UInt8(index)].withBytes { key in [1].withBytes { batch.put(key, header: $0, value: $0) } }
            try engine.write(batch, writer: 1)
            if index == walSwitchAt { try engine.flush() }
            if index == synced {
                try engine.sync()
                try engine.syncMark()
            }
        }
        return try folder.copy()
    }

    private func lastIndex(_ engine: RocksEngine) throws -> UInt64 {
        try engine.recover(shard: name.shard, replica: name.replica).lastIndex.rawValue
    }

    /// The paths of the write-ahead log's files, oldest first.
    private func walFiles(_ folder: TemporaryFolder) throws -> [String] {
        let wal = folder.path + "/db/wal"
        return try FileManager.default.contentsOfDirectory(atPath: wal).filter { $0.hasSuffix(".log") }.sorted()
            .map { wal + "/" + $0 }
    }

    private func cut(_ path: String, to bytes: Int) throws {
        let content = try #require(FileManager.default.contents(atPath: path))
        try content.prefix(bytes).write(to: URL(fileURLWithPath: path))
    }

    private func size(_ path: String) throws -> Int { try #require(FileManager.default.contents(atPath: path)).count }

    @Test func aKilledProcessLosesNothing() throws {
        let folder = try crashed(synced: 4)
        let (engine, verdict) = try Store.open(folder.path)
        #expect(verdict == .consistent)
        #expect(try lastIndex(engine) == 10)
        #expect(engine.directory.suspicion.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/wal-aside"))
    }

    @Test func anUnsyncedTailMayBeLost() throws {
        let folder = try crashed(synced: 4)
        let wal = try #require(try walFiles(folder).last)
        try cut(wal, to: size(wal) - 3)
        let (engine, verdict) = try Store.open(folder.path)
        #expect(verdict == .consistent)
        #expect(try lastIndex(engine) >= 4)
        try engine.write(LogBatch(truncations: []))
    }

    @Test func aShortenedLogIsSuspect() throws {
        let folder = try crashed(synced: 10)
        let wal = try #require(try walFiles(folder).last)
        try cut(wal, to: size(wal) / 2)
        let (engine, verdict) = try Store.open(folder.path)
        guard case .suspect(.walShorter) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        #expect(engine.directory.suspicion.contains(name))
    }

    /// The whole log is gone: RocksDB opens an empty store.
    @Test func aLostLogIsSuspect() throws {
        let folder = try crashed(synced: 10)
        for file in try walFiles(folder) { try FileManager.default.removeItem(atPath: file) }
        #expect(try Store.open(folder.path).verdict == .suspect(.endsShort(found: 0, synced: 10)))
    }

    /// Bytes in the middle of a synced log: RocksDB stops there and says nothing.
    @Test func aFlippedBitInASyncedLogIsSuspect() throws {
        let folder = try crashed(synced: 10)
        let wal = try #require(try walFiles(folder).last)
        var content = try #require(FileManager.default.contents(atPath: wal))
        content[content.count / 2] ^= 0x10
        try content.write(to: URL(fileURLWithPath: wal))
        guard case .suspect(.endsShort(_, synced: 10)) = try Store.open(folder.path).verdict else {
            Issue.record("not noticed")
            return
        }
    }

    /// A file of the log is gone while older and newer ones are there.
    @Test func aMissingFileInTheMiddleIsSuspect() throws {
        let folder = try crashed(synced: 10, walSwitchAt: 5)
        let files = try walFiles(folder)
        try #require(files.count >= 2)
        try FileManager.default.removeItem(atPath: files[files.count - 1])
        guard case .suspect = try Store.open(folder.path).verdict else {
            Issue.record("not noticed")
            return
        }
    }

    /// Rule 15: the suspicion is durable and found once; the numbers go on behind the mark.
    @Test func aSuspicionOutlivesTheProcess() throws {
        let folder = try crashed(synced: 10)
        for file in try walFiles(folder) { try FileManager.default.removeItem(atPath: file) }
        do {
            let (engine, verdict) = try Store.open(folder.path)
            #expect(verdict != .consistent)
            try engine.write(LogBatch(appends: [TestEntries.append(name, 1...1, term: 9)]))
            try engine.close()
            #expect(engine.syncedNumber > 10)
        }
        let (engine, verdict) = try Store.open(folder.path)
        #expect(verdict == .consistent)
        #expect(engine.directory.suspicion.node != nil)
    }

    /// A peer remembers more than this node: the numbers jump, and the next start is sound.
    @Test func numbersRiseAboveWhatAPeerHasHeard() throws {
        let folder = try crashed(synced: 10)
        do {
            let engine = try Store.open(folder.path).engine
            try engine.raiseNumber(above: 70_000)
            try engine.raiseNumber(above: 5)
            #expect(engine.syncedNumber == 70_001)
            #expect(throws: StorageError.self) { try engine.raiseNumber(above: .max) }
            try engine.write(LogBatch(truncations: []))
            try engine.close()
        }
        let (engine, verdict) = try Store.open(folder.path)
        #expect(verdict == .consistent)
        #expect(try lastIndex(engine) == 10)
    }

    @Test func theOtherSlotOfTheMarkCounts() throws {
        let folder = try crashed(synced: 10)
        let path = folder.path + "/MARK"
        var content = try #require(FileManager.default.contents(atPath: path))
        for slot in 0..<2 { content[slot * 4_096 + 20] ^= 1 }
        let both = content
        content[20] ^= 1
        try content.write(to: URL(fileURLWithPath: path))
        #expect(try Store.open(folder.path).verdict == .consistent)
        try both.write(to: URL(fileURLWithPath: path))
        #expect(try Store.open(folder.path).verdict == .suspect(.markUnreadable))
        #expect(try Store.open(folder.path).engine.directory.suspicion.node != nil)
    }

    @Test func aMissingMarkIsSuspect() throws {
        let folder = try crashed(synced: 10)
        try FileManager.default.removeItem(atPath: folder.path + "/MARK")
        #expect(try Store.open(folder.path).verdict == .suspect(.markMissing))
    }

    /// Rule 15: a store that does not open is kept aside, and the node starts empty in another incarnation.
    @Test(arguments: ["CURRENT", "MANIFEST"])
    func aStoreThatDoesNotOpenIsMovedAside(file: String) throws {
        let folder = try crashed(synced: 10)
        let db = folder.path + "/db"
        for name in try FileManager.default.contentsOfDirectory(atPath: db) where name.hasPrefix(file) {
            if file == "CURRENT" {
                try FileManager.default.removeItem(atPath: db + "/" + name)
            } else {
                var content = try #require(FileManager.default.contents(atPath: db + "/" + name))
                for position in 0..<min(64, content.count) { content[position] ^= 0xFF }
                try content.write(to: URL(fileURLWithPath: db + "/" + name))
            }
        }
        do {
            _ = try Store.open(folder.path)
            Issue.record("opened")
        } catch OpenError.corrupt(let aside, _) {
            #expect(aside == folder.path + "/db.corrupt-1")
            #expect(FileManager.default.fileExists(atPath: aside))
        }
        let directory = try DataDirectory.open(folder.path)
        try directory.beginIncarnation(Identity(incarnation: 43, createdBy: "a test"))
        let (engine, verdict) = try RocksEngine.open(directory, Store.options)
        #expect(verdict == .consistent)
        #expect(try engine.allLogs().isEmpty)
    }

    /// The store is gone, the mark is not: nobody may take the directory for a new one.
    @Test func aVanishedStoreIsSuspect() throws {
        let folder = try crashed(synced: 10)
        try FileManager.default.removeItem(atPath: folder.path + "/db")
        #expect(try Store.open(folder.path).verdict == .suspect(.endsShort(found: 0, synced: 10)))
    }

    /// A start that dies before its verdict leaves the evidence aside.
    @Test func evidenceIsJudgedAgain() throws {
        let folder = try crashed(synced: 10)
        let wal = try #require(try walFiles(folder).last)
        try cut(wal, to: size(wal) / 2)
        let aside = folder.path + "/wal-aside"
        try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
        try FileManager.default.linkItem(atPath: wal, toPath: aside + "/" + URL(fileURLWithPath: wal).lastPathComponent)
        try FileManager.default.removeItem(atPath: wal)
        guard case .suspect(.walShorter) = try Store.open(folder.path).verdict else {
            Issue.record("not noticed")
            return
        }
    }
}
