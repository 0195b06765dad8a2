import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// One shard's applier on an in-memory store, driven entry by entry.
struct ApplyBench {
    let descriptor = Fixture.descriptor(0)
    let node = NodeID(1)
    var engine = MemoryEngine()
    var applier = Applier(sessionWindowMilliseconds: Fixture.window)
    /// Of every entry applied so far, whether or not in this life.
    var outcomes: [[CommandOutcome]] = []
    private var nextIndex: UInt64 = 1

    init() throws {
        try Fixture.create([descriptor], in: engine)
        try reload()
    }

    /// A start: everything in memory comes from the rows.
    mutating func reload() throws {
        applier = Applier(sessionWindowMilliseconds: Fixture.window)
        for recovered in try Recovered.all(in: engine) {
            applier.add(try recovered.shardState(node: node, window: Fixture.window))
        }
    }

    mutating func apply(_ entries: [Entry<EncodedEntry>]) throws {
        let task = ApplyTask(
            shard: descriptor.shard, replica: ReplicaID(1), entries: entries, wantsOutcomes: true)
        let batch = engine.makeBatch()
        let applied = try #require(try applier.apply(task, store: engine, batch: batch))
        try engine.write(batch, writer: 1)
        #expect(applied.entries.map(\.index) == entries.map(\.index))
        outcomes += applied.entries.map(\.outcomes)
        nextIndex = applied.through.rawValue + 1
    }

    /// Applies one entry of commands without a session; its outcomes.
    @discardableResult
    mutating func apply(
        at milliseconds: UInt64, _ build: (inout OperationList) throws -> Void
    ) throws -> [OperationOutcome] {
        let outcome = try apply(at: milliseconds, CommandHeader(), build)
        guard case .done(let result) = outcome else { return [] }
        return result.outcomes
    }

    /// Applies one entry of one command.
    @discardableResult
    mutating func apply(
        at milliseconds: UInt64, _ header: CommandHeader, _ build: (inout OperationList) throws -> Void
    ) throws -> CommandOutcome {
        let operations = try Fixture.operations(build)
        let stamp = Timestamp.next(after: try state.applied.lastVersion, clock: Fixture.start + milliseconds)
        try apply([try Fixture.entry(index: nextIndex, stamp: stamp, [(header, operations)])])
        return try #require(outcomes.last?.first)
    }

    var state: ShardState {
        get throws { try #require(applier.state(of: descriptor.shard)) }
    }

    /// Everything that must not depend on where batches end: the rows, the sessions, the outcomes.
    func digest() throws -> Digest {
        let rows = try Rows.replicated(of: descriptor, in: engine).map { $0.key + [0xFF] + $0.value }
        let sessions = Array(try state.sessions.encodeCheckpoint().readableBytesView)
        var applied = try state.applied
        applied.sessionsCheckpoint = .zero
        return Digest(rows: rows, sessions: sessions, applied: applied, outcomes: outcomes)
    }

    struct Digest: Equatable {
        var rows: [[UInt8]]
        var sessions: [UInt8]
        var applied: AppliedState
        var outcomes: [[CommandOutcome]]

        /// What differs, in short; nil when nothing does.
        func difference(from other: Digest) -> String? {
            if let entry = zip(outcomes, other.outcomes).enumerated().first(where: { $1.0 != $1.1 }) {
                return "entry \(entry.offset + 1) did \(entry.element.0) instead of \(entry.element.1)"
            }
            if rows != other.rows { return "the rows" }
            if sessions != other.sessions { return "the sessions" }
            return self == other ? nil : "the applied state"
        }
    }
}
