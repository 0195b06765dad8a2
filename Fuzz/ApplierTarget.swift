import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

extension FuzzTarget {
    /// Entries as they may stand in a log, applied to a store in memory: all in one batch, and one by one. Neither
    /// state nor outcomes may tell the difference (rule 18).
    static let applier = FuzzTarget(name: "applier") { input in
        var program = Program(input)
        let window = program.flag() ? 600_000 : program.number(near: 0)
        let rows = (0..<program.choice(4)).map { _ in
            (Array(program.slice(limit: 8).readableBytesView), Array(program.slice(limit: 32).readableBytesView))
        }
        var entries: [Entry<EncodedEntry>] = []
        while !program.isAtEnd, entries.count < 8 {
            entries.append(entry(&program, index: LogIndex(UInt64(entries.count) + 11)))
        }
        guard let together = apply([entries], over: rows, window: window) else {
            let apart = apply(entries.map { [$0] }, over: rows, window: window)
            Check.that(apart == nil, "an error shows only in one batch")
            return
        }
        guard let apart = apply(entries.map { [$0] }, over: rows, window: window) else {
            fatalError("an error shows only in several batches")
        }
        Check.that(together == apart, "the end of a batch shows")
    } seeds: {
        var seeds: [ByteBuffer] = []
        for commands in 0...2 {
            var program = ProgramWriter()
            program.bytes(1, 1)
            program.slice(ByteBuffer(bytes: Key.user([0x64]).bytes))
            program.slice(ByteBuffer(bytes: DataValue.header(version: Timestamp(2)).array + [0x65, 0x66]))
            program.byte(0)
            program.slice(EncodedEntry.encode(try Samples.batch(commands: commands)))
            program.bytes(6, 7)
            program.slice(EncodedEntry.encode(try Samples.batch(commands: 1)))
            seeds.append(program.bytes)
        }
        return seeds
    }

    /// What can be told apart from outside: outcomes per entry, and all rows of the data but the session deltas.
    private struct Result: Equatable {
        var outcomes: [[CommandOutcome]]
        var applied: AppliedState
        var descriptor: Descriptor
        var sessions: ByteBuffer
        var rows: [[UInt8]]
    }

    private static func entry(_ program: inout Program, index: LogIndex) -> Entry<EncodedEntry> {
        let term = Term(3)
        switch program.choice(9) {
        case 8:
            let epoch = Epoch(version: program.number(near: 8), config: program.number(near: 9))
            let split = SplitCommand(
                epoch: epoch, key: Key(Array(program.slice(limit: 8).readableBytesView)),
                child: ShardID(program.number(near: 50)), first: NodeID(1))
            return Entry(index: index, term: term, content: .payload(split.encode(term: term, index: index)))
        case 6:
            var voters = [Member(replica: ReplicaID(1), node: NodeID(1))]
            voters.append(Member(replica: ReplicaID(2), node: NodeID(program.long())))
            return Entry(index: index, term: term, content: .configuration(Configuration(voters: voters)))
        case 7: return Entry(index: index, term: term, content: .empty)
        default:
            var record = program.slice()
            // Length, format and kind are those of a batch, so that most inputs reach the commands.
            let start = record.readerIndex
            record.setInteger(UInt32(max(0, record.readableBytes - 8)), at: start, endianness: .little)
            if record.readableBytes > 26 {
                record.setBytes([1, 1], at: start + 8)
                record.setInteger(index.rawValue, at: start + 18, endianness: .little)
            }
            return Entry(index: index, term: term, content: .payload(EncodedEntry(bytes: record)))
        }
    }

    private static func apply(
        _ batches: [[Entry<EncodedEntry>]], over rows: [([UInt8], [UInt8])], window: UInt64
    ) -> Result? {
        let engine = MemoryEngine()
        var descriptor = Samples.descriptor
        descriptor.epoch.version = 8
        let applied = AppliedState(
            appliedIndex: LogIndex(10), appliedTerm: Term(2), baseIndex: .zero, baseTerm: .zero,
            lastVersion: Timestamp(5), sessionsCheckpoint: .zero)
        var applier = Applier(sessionWindowMilliseconds: window)
        applier.add(ShardState(descriptor: descriptor, replica: ReplicaID(1), applied: applied))
        do {
            let batch = engine.makeBatch()
            for (key, value) in rows {
                key.withBytes { key in value.withBytes { batch.put(key, header: $0, value: RawSpan()) } }
            }
            try engine.write(batch, writer: 1)
            var outcomes: [[CommandOutcome]] = []
            for entries in batches {
                let task = ApplyTask(
                    shard: descriptor.shard, replica: ReplicaID(1), entries: entries, wantsOutcomes: true)
                guard let done = try applier.apply(task, store: engine, batch: batch) else { return nil }
                outcomes += done.entries.map(\.outcomes)
                try engine.write(batch, writer: 1)
            }
            guard let state = applier.state(of: descriptor.shard) else { return nil }
            return Result(
                outcomes: outcomes, applied: state.applied, descriptor: state.descriptor,
                sessions: state.sessions.encodeCheckpoint(), rows: try data(in: engine))
        } catch {
            return nil
        }
    }

    private static func data(in engine: MemoryEngine) throws -> [[UInt8]] {
        var rows: [[UInt8]] = []
        let (from, to): ([UInt8], [UInt8]) = ([], [ShardRecordKey.space])
        let snapshot = try engine.snapshot()
        try from.withBytes { (from) throws(StorageError) in
            try to.withBytes { (to) throws(StorageError) in
                try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                    rows.append([UInt8](copying: key))
                    rows.append([UInt8](copying: value))
                    return true
                }
            }
        }
        return rows
    }
}
