import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct EntryTests {
    @Test func aChunkComesBack() throws {
        let chunk = try Samples.chunk()
        let entries = try EntryDecoder.decodeChunk(chunk)
        #expect(entries.map(\.index.rawValue) == [5, 6, 7])
        #expect(entries.map(\.term.rawValue) == [2, 3, 3])
        var again = ByteBuffer()
        for entry in entries { EncodedEntry.encode(entry, into: &again) }
        #expect(again == chunk)
        guard case .configuration(let configuration) = entries[2].content else {
            Issue.record("not a configuration")
            return
        }
        #expect(configuration == Samples.configuration)
    }

    @Test func aScanTellsTheSame() throws {
        let summary = try EntryDecoder.scanChunk(try Samples.chunk())
        #expect(summary.firstIndex == LogIndex(5))
        #expect(summary.lastIndex == LogIndex(7))
        #expect(
            summary.termRuns == [
                .init(firstIndex: LogIndex(5), term: Term(2)), .init(firstIndex: LogIndex(6), term: Term(3)),
            ])
        #expect(throws: WireError.truncated) { try EntryDecoder.scanChunk(ByteBuffer()) }
    }

    @Test(arguments: [(6, 2, WireError.badValue("index")), (4, 2, .badValue("index")), (5, 3, .badValue("index"))])
    func gapsAndRepetitionsAreErrors(_ index: UInt64, _ term: UInt64, _ error: WireError) {
        expectChunkError([(4, 2), (5, 2), (index == 6 ? 7 : index, term)], error)
    }

    @Test func fallingTermsAndIndexZeroAreErrors() {
        expectChunkError([(4, 2), (5, 1)], .badValue("term"))
        expectChunkError([(0, 2)], .badValue("index"))
        expectChunkError([(.max, 2), (.max, 2)], .badValue("index"))
    }

    @Test func everyFlippedBitIsSeen() throws {
        let record = EncodedEntry.encode(try Samples.batch(commands: 1))
        for bit in 0..<(record.readableBytes * 8) {
            var bytes = Array(record.readableBytesView)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: WireError.self) { try EntryDecoder.decodeChunk(ByteBuffer(bytes: bytes)) }
        }
    }

    @Test func absurdLengthsAreErrors() {
        for length in [UInt32.max, 1 << 31, UInt32(KeyLimits.entryBytesMax)] {
            var buffer = ByteBuffer()
            buffer.writeInteger(length, endianness: .little)
            buffer.writeRepeatingByte(0, count: 40)
            let actual = Int(length) + 8
            #expect(throws: WireError.tooLarge(limit: KeyLimits.entryBytesMax, actual: actual)) {
                try EntryDecoder.decodeChunk(buffer)
            }
        }
    }

    @Test func unknownFormatAndKindAreErrors() throws {
        for (offset, value) in [(8, 2), (9, 200), (8, 0)] as [(Int, UInt8)] {
            var record = EncodedEntry.encode(try Samples.batch())
            record.setInteger(value, at: offset)
            #expect(throws: WireError.unknownKind(value)) {
                try EntryDecoder.decodeChunk(Codec.resealed(record, checksumAt: 4))
            }
        }
    }

    /// What a merge's entries say comes back, and whoever absorbs a shard stamps above what that had (rule 20).
    @Test func mergesComeBack() throws {
        for (command, entry) in zip(Samples.mergeCommands, Samples.mergeEntries()) {
            guard case .payload(let payload) = entry.content else { continue }
            #expect(try MergeCommand(payload) == command)
            #expect(payload.isMerge && !payload.isSplit)
            guard case .absorb(let absorb) = command else {
                #expect(payload.versionBound == nil && !payload.isBarrier)
                continue
            }
            #expect(payload.versionBound == absorb.lastVersion && payload.isBarrier)
        }
        #expect(throws: WireError.self) {
            guard case .payload(let split) = Samples.splitEntry().content else { return }
            _ = try MergeCommand(split)
        }
    }

    @Test func configurationsThatBreakQuorumsAreErrors() {
        let member = Samples.member
        for configuration in [Configuration(voters: []), Configuration(voters: [member, member])] {
            let entry = Entry<EncodedEntry>(index: LogIndex(1), term: Term(1), content: .configuration(configuration))
            #expect(throws: WireError.self) { try EntryDecoder.decodeChunk(EncodedEntry.encode(entry)) }
        }
    }

    /// Rule 19: operation i of an entry has version = stamp + i, over all its commands.
    @Test func aBatchIsWalkedInOrder() throws {
        let entry = try Samples.batch()
        guard case .payload(let payload) = entry.content else { return }
        var view = try CommandBatchView(payload)
        #expect(view.stamp == Timestamp(0x1000))
        #expect(view.epochVersion == 8)
        #expect(view.reads)
        #expect(view.commandCount == 2)
        var kinds: [OperationKind] = []
        var versions: [UInt64] = []
        var keys: [[UInt8]] = []
        while let command = try view.nextCommand() {
            #expect(command.header.session == 0x51)
            var operations = view.operations(of: command)
            while true {
                let version = operations.version
                guard let operation = try operations.next() else { break }
                kinds.append(operation.kind)
                versions.append(version.rawValue)
                keys.append(Key(copying: payload.bytes.readableBytesSpan.extracting(operation.key)).bytes)
            }
        }
        let each: [OperationKind] = [
            .put, .put, .delete, .compareAndSetValue, .compareAndSetVersion, .compareAndSetAbsent,
        ]
        #expect(kinds == each + each)
        #expect(versions == Array(0x1000..<0x100C))
        #expect(keys == (0..<12).map { [2, 0x61 + UInt8($0 % 6)] })
    }

    @Test func operationsKeepTheirParts() throws {
        let request = try Samples.write()
        var cursor = OperationCursor(request)
        var operations: [OperationView] = []
        while let operation = try cursor.next() { operations.append(operation) }
        #expect(operations.map(\.expiryMilliseconds) == [nil, 0x1234, nil, nil, 0x56, nil])
        #expect(operations[4].expectVersion == Timestamp(0x99))
        let bytes = Array(request.operations.readableBytesView)
        #expect(Array(bytes[operations[3].expect]) == [0x65, 0x66])
        #expect(Array(bytes[operations[1].value]) == [0x77, 0x78])
        #expect(operations[2].value.isEmpty)
    }

    @Test func aBatchWithoutReadsMayNotRead() throws {
        var record = EncodedEntry.encode(try Samples.batch())
        record.setInteger(UInt32(0), at: 42, endianness: .little)
        #expect(throws: WireError.badValue("batch flags")) { try Codec.walk(EncodedEntry(bytes: record)) }
    }

    @Test func theBuilderStartsAfresh() throws {
        let list = try Samples.operations()
        var builder = CommandBatchBuilder(byteCapacity: 10)
        #expect(builder.isEmpty)
        builder.append(CommandHeader(), operations: list.bytes, operationCount: list.count, reads: true)
        #expect(builder.operationCount == 6)
        #expect(builder.byteCount == EntryLayout.commandsStart + 40 + list.bytes.readableBytes)
        let first = builder.finish(term: Term(1), index: LogIndex(1), stamp: Timestamp(1), epochVersion: 1)
        #expect(builder.isEmpty && builder.operationCount == 0)
        let empty = builder.finish(term: Term(1), index: LogIndex(2), stamp: Timestamp(9), epochVersion: 1)
        #expect(first.byteCount > empty.byteCount)
        var view = try CommandBatchView(empty)
        #expect(!view.reads)
        #expect(try view.nextCommand() == nil)
        builder.append(
            CommandHeader(), operations: list.bytes.readableBytesSpan, operationCount: list.count, reads: true)
        let third = builder.finish(term: Term(1), index: LogIndex(1), stamp: Timestamp(1), epochVersion: 1)
        #expect(third == first)
    }

    @Test func roomEndsAtTheLimit() {
        let builder = CommandBatchBuilder()
        let room = KeyLimits.entryBytesMax - EntryLayout.commandsStart - EntryLayout.commandHeaderByteCount
        #expect(builder.hasRoom(forOperationBytes: room))
        #expect(!builder.hasRoom(forOperationBytes: room + 1))
    }

    private func expectChunkError(_ positions: [(UInt64, UInt64)], _ error: WireError) {
        var buffer = ByteBuffer()
        for (index, term) in positions {
            EncodedEntry.encode(
                Entry<EncodedEntry>(index: LogIndex(index), term: Term(term), content: .empty), into: &buffer)
        }
        #expect(throws: error) { try EntryDecoder.decodeChunk(buffer) }
        #expect(throws: error) { try EntryDecoder.scanChunk(buffer) }
    }
}
