import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The sending side's view of one snapshot: one store snapshot, read as a stream of chunks (rule 31). Rows, and not the
/// engine's files: so the engine stays behind its seam, and the simulator runs the same code.
struct SnapshotReader {
    /// What the receiver is told first.
    let offer: SnapshotOffer
    private let chunkBytes: Int
    private let snapshot: any StateSnapshot
    /// What is left of the session table's checkpoint.
    private var sessions: ByteBuffer
    /// The first key that was not read yet.
    private var nextKey: [UInt8]
    private var progress = SnapshotProgress()
    private var rows: UInt64 = 0

    /// The shard as it is in the store now; `window` is in milliseconds of replicated time. Throws `corruption` for a
    /// shard that is not there or does not read.
    init(
        _ shard: ShardID, in store: any StateStore, window: UInt64, chunkBytes: Int
    ) throws(StorageError) {
        self.chunkBytes = chunkBytes
        snapshot = try store.snapshot()
        let records = try ShardRecords.read(shard, in: snapshot)
        // Whose records they are makes no difference to a snapshot.
        let state = try records.shardState(of: records.replica ?? ReplicaID(0), window: window)
        offer = SnapshotOffer(
            position: LogPosition(index: state.applied.appliedIndex, term: state.applied.appliedTerm),
            descriptor: state.descriptor, lastVersion: state.applied.lastVersion,
            chain: state.applied.chain.rawValue, merge: state.merge)
        sessions = (isPlanted(.snapshotWithoutSessions) ? SessionTable() : state.sessions).encodeCheckpoint()
        nextKey = state.descriptor.range.start.bytes
    }

    /// What a read gives.
    enum Piece {
        case chunk(SnapshotChunk)
        /// There are no more chunks.
        case end(SnapshotTotals)
    }

    /// The next piece of the stream.
    mutating func next() throws(StorageError) -> Piece {
        if sessions.readableBytes > 0 {
            let length = min(sessions.readableBytes, chunkBytes)
            return .chunk(advance(.sessions, sessions.readSlice(length: length) ?? ByteBuffer()))
        }
        let bytes = try readRows()
        guard bytes.readableBytes > 0 else { return .end(SnapshotTotals(progress: progress, rows: rows)) }
        return .chunk(advance(.rows, bytes))
    }

    private mutating func advance(_ part: SnapshotChunk.Part, _ bytes: ByteBuffer) -> SnapshotChunk {
        progress = progress.advanced(by: bytes)
        return SnapshotChunk(progress: progress, part: part, bytes: bytes)
    }

    private mutating func readRows() throws(StorageError) -> ByteBuffer {
        var bytes = ByteBuffer()
        var count: UInt64 = 0
        var last: [UInt8]?
        try nextKey.withBytes { (start) throws(StorageError) in
            try offer.descriptor.range.end.bytes.withBytes { (end) throws(StorageError) in
                try snapshot.scan(from: start, to: end) { [chunkBytes] key, value in
                    SnapshotRows.append(key: key, value: value, to: &bytes)
                    count += 1
                    guard bytes.readableBytes >= chunkBytes else { return true }
                    last = [UInt8](copying: key)
                    return false
                }
            }
        }
        rows += count
        // Not full: the range is at its end.
        nextKey = last.map { $0 + [0] } ?? offer.descriptor.range.end.bytes
        return bytes
    }
}
