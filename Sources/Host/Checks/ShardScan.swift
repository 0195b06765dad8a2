import Keyspace
import NIOCore
import Raft
package import Storage

/// Hashes what a replica holds at the entry of a check, piece by piece: descriptor, sessions, replicated time, and
/// every row that has not expired. Equal replicas have equal hashes, whatever compaction has dropped on either of them
/// (rule 39).
package struct ShardScan {
    private let snapshot: any StateSnapshot
    private let end: [UInt8]
    private let dueMilliseconds: UInt64
    private var hash = ChainedHash()
    /// The first key that was not read yet.
    private var nextKey: [UInt8]

    /// A compaction filter looks at replicated time as it is while the scan goes on, and heeds no snapshot: what
    /// expires within this time after the check's entry may be gone on one replica and not on the other. A scan that
    /// takes longer counts for nothing.
    package static let marginMilliseconds: UInt64 = 900_000

    /// The window is `HostLimits.sessionWindowMilliseconds`. Nil when the state is not that of the check's entry.
    /// Throws `corruption` for records that do not read.
    package init?(_ task: ScanTask, window: UInt64) throws(StorageError) {
        snapshot = task.snapshot
        let records = try ShardRecords.read(task.name.shard, in: snapshot)
        let state = try records.shardState(of: task.name.replica, window: window)
        let isThere =
            LogPosition(index: state.applied.appliedIndex, term: state.applied.appliedTerm)
            == task.check.position
        guard isThere || isPlanted(.checkComparesAtDifferentIndex) else { return nil }
        let range = state.descriptor.range
        nextKey = range.start.bytes
        end = range.end.bytes
        dueMilliseconds = state.applied.lastVersion.milliseconds &+ Self.marginMilliseconds
        DescriptorRecord.encode(state.descriptor).withBytes { hash.mix($0) }
        hash.mix(state.sessions.encodeCheckpoint().readableBytesSpan)
        hash.mix(state.applied.lastVersion.rawValue)
    }

    /// What a step gives.
    package enum Step: Sendable {
        /// So many bytes were read, and there are more.
        case more(byteCount: Int)
        case end(hash: UInt64)
    }

    /// Reads on, about `bytesMax` bytes. Blocks.
    package mutating func step(bytesMax: Int) throws(StorageError) -> Step {
        var byteCount = 0
        var last: [UInt8]?
        var failure: StorageError?
        var hash = hash
        try nextKey.withBytes { (start) throws(StorageError) in
            try end.withBytes { (end) throws(StorageError) in
                try snapshot.scan(from: start, to: end) { [dueMilliseconds] key, value in
                    do throws(StorageError) {
                        let header = try DataValue.decode(value)
                        if header.expiry.map({ $0 > dueMilliseconds }) ?? true {
                            hash.mix(key)
                            hash.mix(value)
                        }
                    } catch {
                        failure = error
                        return false
                    }
                    byteCount += key.byteCount + value.byteCount
                    guard byteCount >= bytesMax else { return true }
                    last = [UInt8](copying: key)
                    return false
                }
            }
        }
        if let failure { throw failure }
        self.hash = hash
        guard let last else { return .end(hash: hash.rawValue) }
        nextKey = last + [0]
        return .more(byteCount: byteCount)
    }
}
