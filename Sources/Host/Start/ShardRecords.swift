import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The `l` records of one shard as they are read: at a start, and from a snapshot that is to be sent.
struct ShardRecords {
    var descriptor: Descriptor?
    var applied: AppliedState?
    /// Nil in stores that were made before there was such a record.
    var replica: ReplicaID?
    var merge = MergeState()
    /// What is wrong with one of them: the others are not to be believed without it.
    private(set) var damage: StorageError?
    private var checkpoint: ByteBuffer?
    private var deltas: [(index: LogIndex, bytes: ByteBuffer)] = []

    init() {}

    /// The records of `shard` in a snapshot of the store.
    static func read(_ shard: ShardID, in snapshot: any StateSnapshot) throws(StorageError) -> ShardRecords {
        var records = ShardRecords()
        let (start, end) = ShardRecordKey.range(shard)
        try iterate(snapshot, from: start.array, to: end.array) { _, kind, index, value throws(StorageError) in
            try records.note(kind, index, value)
        }
        return records
    }

    /// The records of all shards, in the order of their ids. What is corrupt is its shard's alone.
    static func all(in snapshot: any StateSnapshot) throws(StorageError) -> [(shard: ShardID, records: ShardRecords)] {
        var found: [(shard: ShardID, records: ShardRecords)] = []
        let (start, end) = ShardRecordKey.all
        try iterate(snapshot, from: start, to: end) { shard, kind, index, value throws(StorageError) in
            if found.last?.shard != shard { found.append((shard, ShardRecords())) }
            do throws(StorageError) {
                try found[found.count - 1].records.note(kind, index, value)
            } catch {
                guard error.consequence == .markReplica else { throw error }
                found[found.count - 1].records.damage = error
            }
        }
        return found
    }

    private static func iterate(
        _ snapshot: any StateSnapshot, from start: [UInt8], to end: [UInt8],
        _ body: (ShardID, ShardRecordKey.Kind, LogIndex?, RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) {
        var failure: StorageError?
        try start.withBytes { (start) throws(StorageError) in
            try end.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: false) { key, value in
                    do throws(StorageError) {
                        let (shard, kind, index) = try ShardRecordKey.decode(key)
                        try body(shard, kind, index, value)
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
        }
        if let failure { throw failure }
    }

    private mutating func note(
        _ kind: ShardRecordKey.Kind, _ index: LogIndex?, _ value: RawSpan
    ) throws(StorageError) {
        switch kind {
        case .descriptor: descriptor = try DescriptorRecord.decode(value)
        case .appliedState: applied = try AppliedState.decode(value)
        case .sessionCheckpoint: checkpoint = Self.buffer(value)
        case .sessionDelta: deltas.append((index ?? .zero, Self.buffer(value)))
        case .replica: replica = try ReplicaRecord.decode(value)
        case .merge: merge = try MergeRecord.decode(value)
        }
    }

    private static func buffer(_ span: RawSpan) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBytes(span)
        return buffer
    }

    /// The replica of `node` whose records these are; nil when they do not tell.
    func replica(on node: NodeID) -> ReplicaID? {
        replica ?? descriptor?.configuration.members.first { $0.node == node }?.replica
    }

    /// The applied state of `replica`; `window` is in milliseconds of replicated time. Throws `corruption` for records
    /// that are missing or do not read.
    func shardState(of replica: ReplicaID, window: UInt64) throws(StorageError) -> ShardState {
        guard let descriptor, let applied else {
            throw .corruption("the shard's descriptor or applied state is missing")
        }
        var state = ShardState(descriptor: descriptor, replica: replica, applied: applied, merge: merge)
        if isPlanted(.sessionsForgotten) { return state }
        do throws(WireError) {
            if let checkpoint { state.sessions = try SessionTable.decode(checkpoint: checkpoint) }
            for delta in deltas { try state.restore(delta: delta.bytes, at: delta.index, window: window) }
        } catch {
            throw .corruption("a record of the shard cannot be read: \(error)")
        }
        return state
    }
}
