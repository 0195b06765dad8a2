import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// What a start reads back of one replica, as the server's recovery does (rule 16).
struct Recovered {
    var descriptor: Descriptor
    var applied: AppliedState
    var merge = MergeState()
    var sessions: (checkpoint: ByteBuffer?, deltas: [(index: LogIndex, bytes: ByteBuffer)])

    /// Every shard with records in the store, in order.
    static func all(in engine: MemoryEngine) throws -> [Recovered] {
        var found: [(shard: ShardID, rows: [(ShardRecordKey.Kind, LogIndex?, [UInt8])])] = []
        for (key, value) in try Rows.all(in: engine, space: ShardRecordKey.space) {
            let (shard, kind, index) = try key.withBytes { try ShardRecordKey.decode($0) }
            if found.last?.shard != shard { found.append((shard, [])) }
            found[found.count - 1].rows.append((kind, index, value))
        }
        return try found.map { try Recovered($0.rows) }
    }

    private init(_ rows: [(ShardRecordKey.Kind, LogIndex?, [UInt8])]) throws {
        var descriptor: Descriptor?
        var applied: AppliedState?
        sessions = (nil, [])
        for (kind, index, value) in rows {
            switch kind {
            case .descriptor: descriptor = try value.withBytes { try DescriptorRecord.decode($0) }
            case .appliedState: applied = try value.withBytes { try AppliedState.decode($0) }
            case .sessionCheckpoint: sessions.checkpoint = ByteBuffer(bytes: value)
            case .replica: _ = try value.withBytes { try ReplicaRecord.decode($0) }
            case .merge: merge = try value.withBytes { try MergeRecord.decode($0) }
            case .sessionDelta: sessions.deltas.append((try #require(index), ByteBuffer(bytes: value)))
            }
        }
        self.descriptor = try #require(descriptor)
        self.applied = try #require(applied)
    }

    /// The applier's part.
    func shardState(node: NodeID, window: UInt64) throws -> ShardState {
        var state = ShardState(
            descriptor: descriptor, replica: try member(on: node).replica, applied: applied, merge: merge)
        if let checkpoint = sessions.checkpoint {
            state.sessions = try SessionTable.decode(checkpoint: checkpoint)
        }
        for delta in sessions.deltas { try state.restore(delta: delta.bytes, at: delta.index, window: window) }
        return state
    }

    /// The host's part.
    func replica(node: NodeID, log: MemoryEngine) throws -> RestoredReplica {
        let member = try member(on: node)
        let found = try log.recover(shard: descriptor.shard, replica: member.replica)
        var hardState = found.hardState ?? HardState()
        let term = max(hardState.term, applied.baseTerm, applied.appliedTerm)
        if term > hardState.term { hardState.vote = nil }
        hardState.term = term
        hardState.commit = max(hardState.commit, applied.appliedIndex)
        var entries: [Entry<EncodedEntry>] = []
        if found.lastIndex > applied.appliedIndex {
            entries = try log.read(
                shard: descriptor.shard, replica: member.replica, from: applied.appliedIndex.next,
                through: found.lastIndex, byteLimit: .max)
        }
        let restored = Restored(
            configuration: descriptor.configuration, hardState: hardState,
            truncated: LogPosition(index: found.truncatedIndex, term: found.truncatedTerm),
            applied: LogPosition(index: applied.appliedIndex, term: applied.appliedTerm), termRuns: found.termRuns,
            entries: entries, lastIndex: found.lastIndex)
        try restored.validate()
        return RestoredReplica(
            descriptor: descriptor, member: member, restored: restored, lastVersion: applied.lastVersion,
            merge: merge)
    }

    private func member(on node: NodeID) throws -> Member {
        try #require(descriptor.configuration.members.first { $0.node == node })
    }
}

/// Rows of a store, as plain arrays.
enum Rows {
    static func all(in engine: MemoryEngine, space: UInt8) throws -> [(key: [UInt8], value: [UInt8])] {
        try between([space], [space + 1], in: engine)
    }

    static func between(
        _ start: [UInt8], _ end: [UInt8], in engine: MemoryEngine
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        var rows: [(key: [UInt8], value: [UInt8])] = []
        let snapshot = try engine.snapshot()
        try start.withBytes { (start) throws(StorageError) in
            try end.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: false) { key, value in
                    rows.append(([UInt8](copying: key), [UInt8](copying: value)))
                    return true
                }
            }
        }
        return rows
    }

    /// What every replica of the shard must agree on byte by byte: its data and its descriptor. The session records
    /// and the applied state that names their checkpoint are left out: when a checkpoint is due differs.
    static func replicated(
        of descriptor: Descriptor, in engine: MemoryEngine
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        let key = ShardRecordKey.descriptor(descriptor.shard).array
        return try between(descriptor.range.start.bytes, descriptor.range.end.bytes, in: engine)
            + between(key, key + [0], in: engine)
    }

    static func put(_ key: [UInt8], _ value: [UInt8], _ batch: any StateBatch) {
        key.withBytes { key in value.withBytes { batch.put(key, header: RawSpan(), value: $0) } }
    }
}
