import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// The half of snapshots that touches stores: what is read from one becomes the same in another, or nothing.
@Suite struct SnapshotWorkshopTests {
    private let key = IncomingKey(peer: NodeID(1), transfer: SnapshotTransfer(9))
    private let transfer = SnapshotTransfer(9)
    private let descriptor = Fixture.descriptor(0)

    /// A shard with rows and sessions, at index `entries`.
    private func source(entries: UInt64 = 40) throws -> MemoryEngine {
        let engine = MemoryEngine()
        try Fixture.create([descriptor], in: engine)
        var applier = Applier(sessionWindowMilliseconds: Fixture.window)
        applier.add(ShardState(descriptor: descriptor, replica: ReplicaID(1), applied: Fixture.firstState))
        for index in 1...entries {
            let list = try Fixture.operations {
                try $0.put(.user([0, UInt8(index)]), Array(repeating: UInt8(index), count: 20))
            }
            let header = CommandHeader(session: 5, sequence: index, doneBelow: index / 2, issuedAt: Fixture.start)
            let entry = try Fixture.entry(
                index: index, stamp: Timestamp(milliseconds: Fixture.start + index), [(header, list)])
            let batch = engine.makeBatch()
            let task = ApplyTask(
                shard: descriptor.shard, replica: ReplicaID(1), entries: [entry], wantsOutcomes: false)
            _ = try applier.apply(task, store: engine, batch: batch)
            try engine.write(batch, writer: 1)
        }
        return engine
    }

    /// A receiver that has old rows, of which none may be left.
    private func target() throws -> MemoryEngine {
        let engine = MemoryEngine()
        let batch = engine.makeBatch()
        for byte in [UInt8(0), 1, 2] { Rows.put(Key.user([byte, 200]).bytes, [7], batch) }
        try engine.write(batch, writer: 1)
        return engine
    }

    private func stream(
        _ engine: MemoryEngine, chunkBytes: Int
    ) throws -> (offer: SnapshotOffer, chunks: [SnapshotChunk], totals: SnapshotTotals) {
        var workshop = SnapshotWorkshop(
            store: engine, sessionWindowMilliseconds: Fixture.window, chunkBytes: chunkBytes)
        guard case .opened(_, let offer)? = try workshop.perform(.open(transfer, descriptor.shard)) else {
            throw WireError.truncated
        }
        var chunks: [SnapshotChunk] = []
        while true {
            switch try workshop.perform(.read(transfer)) {
            case .read(_, let chunk)?: chunks.append(chunk)
            case .ended(_, let totals)?: return (offer, chunks, totals)
            default: throw WireError.truncated
            }
        }
    }

    @Test(arguments: [1, 100, 1 << 20]) func whatIsReadBecomesTheSame(chunkBytes: Int) throws {
        let engine = try source()
        let (offer, chunks, totals) = try stream(engine, chunkBytes: chunkBytes)
        #expect(offer.position == LogPosition(index: LogIndex(40), term: Term(1)))
        #expect(totals == SnapshotTotals(progress: try #require(chunks.last).progress, rows: 40))
        let receiver = try target()
        var workshop = SnapshotWorkshop(
            store: receiver, sessionWindowMilliseconds: Fixture.window, tableBytes: 150)
        _ = try workshop.perform(.begin(key, offer, ReplicaID(2)))
        for chunk in chunks {
            guard case .staged(_, chunk.progress.chunks)? = try workshop.perform(.stage(key, chunk)) else {
                Issue.record("a chunk was not staged")
                return
            }
        }
        // Until the commit point nothing shows.
        #expect(try Rows.replicated(of: descriptor, in: receiver).map(\.value) == [[7]])
        let wider = KeyRange(start: descriptor.range.start, end: .user([2]))
        guard case .installed(_, let state)? = try workshop.perform(.install(key, clearing: wider)) else {
            Issue.record("not installed")
            return
        }
        #expect(state.applied.baseIndex == LogIndex(40))
        let rows = try Rows.replicated(of: descriptor, in: receiver)
        #expect(
            rows.elementsEqual(try Rows.replicated(of: descriptor, in: engine)) {
                $0.key == $1.key && $0.value == $1.value
            })
        // What the former range covered beyond the new one is gone, what it did not cover is not.
        #expect(try Rows.all(in: receiver, space: Key.userSpace).map(\.key).last == Key.user([2, 200]).bytes)
        #expect(try Rows.all(in: receiver, space: Key.userSpace).count == 41)
        // It is durable, and a start finds a whole replica, with its sessions.
        let (survivor, _) = try receiver.crash(.unsyncedLost)
        let result = try Recovery(
            node: NodeID(2), log: survivor, state: survivor, sessionWindowMilliseconds: Fixture.window
        ).run()
        #expect(result.suspects.isEmpty)
        #expect(result.resets.map(\.through) == [LogIndex(40)])
        #expect(result.replicas.map(\.member) == [Member(replica: ReplicaID(2), node: NodeID(2))])
        let checkpoint = try #require(result.applier.state(of: descriptor.shard)).sessions.encodeCheckpoint()
        #expect(checkpoint == state.sessions.encodeCheckpoint())
    }

    /// A stream of a stranger's making is refused, and the store is as it was.
    @Test func strangeStreamsAreRefused() throws {
        let (offer, chunks, _) = try stream(try source(), chunkBytes: 200)
        func rows(_ key: Key) -> SnapshotChunk {
            var bytes = ByteBuffer()
            key.bytes.withBytes { SnapshotRows.append(key: $0, value: RawSpan(), to: &bytes) }
            return SnapshotChunk(progress: SnapshotProgress().advanced(by: bytes), part: .rows, bytes: bytes)
        }
        let garbage = ByteBuffer(bytes: [9, 9, 9])
        let sessions = chunks.filter { $0.part == .sessions }
        let strange: [[SnapshotChunk]] = [
            [rows(.user([1]))], [rows(.system("a"))], [rows(Key([0x6C]))],
            [rows(.user([0, 5])), rows(.user([0, 4]))], [rows(.user([0, 5])), rows(.user([0, 5]))],
            [rows(.user([0, 5]))] + sessions,
            [SnapshotChunk(progress: SnapshotProgress(chunks: 1), part: .rows, bytes: garbage)],
        ]
        for stream in strange {
            let receiver = try target()
            let before = try Rows.all(in: receiver, space: Key.userSpace).map(\.key)
            var workshop = SnapshotWorkshop(store: receiver, sessionWindowMilliseconds: Fixture.window)
            _ = try workshop.perform(.begin(key, offer, ReplicaID(2)))
            var isRefused = false
            for chunk in stream {
                if case .malformed? = try workshop.perform(.stage(key, chunk)) { isRefused = true }
            }
            #expect(isRefused)
            #expect(try workshop.perform(.install(key, clearing: nil)) == nil)
            #expect(try Rows.all(in: receiver, space: Key.userSpace).map(\.key) == before)
        }
        // Sessions that do not read show only at the end.
        let receiver = try target()
        var workshop = SnapshotWorkshop(store: receiver, sessionWindowMilliseconds: Fixture.window)
        _ = try workshop.perform(.begin(key, offer, ReplicaID(2)))
        let bad = SnapshotChunk(progress: SnapshotProgress(chunks: 1), part: .sessions, bytes: garbage)
        _ = try workshop.perform(.stage(key, bad))
        guard case .malformed? = try workshop.perform(.install(key, clearing: nil)) else {
            Issue.record("sessions that do not read were installed")
            return
        }
        #expect(try Rows.all(in: receiver, space: ShardRecordKey.space).isEmpty)
    }

    @Test func aShardThatIsNotThereIsUnreadable() throws {
        var workshop = SnapshotWorkshop(store: MemoryEngine(), sessionWindowMilliseconds: Fixture.window)
        guard case .unreadable(_, ShardID(2), .corruption)? = try workshop.perform(.open(transfer, ShardID(2))) else {
            Issue.record("a snapshot of nothing")
            return
        }
    }
}
