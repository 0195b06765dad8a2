import NIOCore
import Raft
import Storage
import StorageConformance
import Testing
import Wire

/// A damaged log is found out, never read as a shorter or other one (rules 13 and 15).
@Suite struct LogScanTests {
    private let name = LogName(shard: ShardID(1), replica: ReplicaID(2))

    /// Three chunks of three entries, terms 1, 2 and 3, truncated at 1.
    private func rows() throws -> TestRows {
        var rows = TestRows()
        var table = LogTable()
        let appends = (0..<3 as Range<UInt64>).map { chunk in
            TestEntries.append(name, (chunk * 3 + 1)...(chunk * 3 + 3), term: chunk + 1)
        }
        let truncation = LogTruncation(shard: name.shard, replica: name.replica, through: LogIndex(1), term: Term(1))
        let source = rows
        try table.apply(LogBatch(appends: appends, truncations: [truncation]), into: &rows, source: source)
        return rows
    }

    private func key(_ first: UInt64) -> [UInt8] { LogKey.chunk(name, first: LogIndex(first)).array }

    @Test func anIntactLogIsRead() throws {
        let (log, extent) = try LogScan.recover(name, from: rows())
        #expect(log.termRuns.map(\.first.rawValue) == [2, 4, 7])
        #expect(log.lastIndex == LogIndex(9))
        #expect(extent.firsts == [1, 4, 7])
    }

    @Test(arguments: [1, 4] as [UInt64])
    func aMissingChunkIsCorruption(first: UInt64) throws {
        var rows = try rows()
        rows.remove(.log, key(first))
        #expect(isCorruption { _ = try LogScan.recover(name, from: rows) })
    }

    @Test func everyFlippedBitOfAChunkIsCorruption() throws {
        let intact = try rows()
        let chunk = try #require(intact.value(.log, key(4)))
        for position in chunk.indices {
            for bit in 0..<8 {
                var damaged = chunk
                damaged[position] ^= 1 << UInt8(bit)
                var rows = intact
                rows.set(.log, key(4), damaged)
                // A format or kind beyond the known cannot be told from damage before the checksum is checked.
                #expect(isCorruption { _ = try LogScan.recover(name, from: rows) }, "byte \(position), bit \(bit)")
            }
        }
    }

    @Test func everyShortenedChunkIsCorruption() throws {
        let intact = try rows()
        let chunk = try #require(intact.value(.log, key(4)))
        for count in 0..<chunk.count {
            var rows = intact
            rows.set(.log, key(4), Array(chunk[..<count]))
            #expect(isCorruption { _ = try LogScan.recover(name, from: rows) }, "\(count) bytes")
        }
    }

    @Test func aChunkUnderAnotherKeyIsCorruption() throws {
        var rows = try rows()
        let chunk = try #require(rows.value(.log, key(7)))
        rows.remove(.log, key(7))
        rows.set(.log, key(6), chunk)
        #expect(isCorruption { _ = try LogScan.recover(name, from: rows) })
    }

    @Test func aTermThatFallsIsCorruption() throws {
        var rows = try rows()
        var chunk = ByteBuffer()
        chunk.writeImmutableBuffer(TestEntries.entry(7, term: 1).bytes)
        rows.set(.log, key(7), Array(chunk.readableBytesView))
        #expect(isCorruption { _ = try LogScan.recover(name, from: rows) })
    }

    /// Rule 24: an unknown version stops the replica, it does not make it suspect.
    @Test func aNewerHeadIsUnsupported() throws {
        var rows = try rows()
        let key = LogKey.head(name).array
        var head = try #require(rows.value(.raft, key))
        head[0] = 2
        rows.set(.raft, key, head)
        #expect(throws: StorageError.unsupported("log head format 2")) { try LogScan.recover(name, from: rows) }
    }

    private func isCorruption(_ body: () throws -> Void) -> Bool {
        do {
            try body()
            return false
        } catch {
            if case .corruption? = error as? StorageError { return true }
            return false
        }
    }
}
