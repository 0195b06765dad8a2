import Keyspace
import Raft
package import Storage
import Wire

/// Performs `SnapshotTask`s: the only part of snapshots that reads and writes a store. One per node, used by one
/// thread.
package struct SnapshotWorkshop {
    private let store: any StateStore
    private let window: UInt64
    private let chunkBytes: Int
    private let tableBytes: UInt64
    /// Looked up only, as are the stagings.
    private var readers: [SnapshotTransfer: (shard: ShardID, reader: SnapshotReader)] = [:]
    private var stagings: [IncomingKey: SnapshotStaging] = [:]

    /// Of a node's store; the window is `HostLimits.sessionWindowMilliseconds`. Chunks and tables are closed once they
    /// have these sizes, in bytes.
    package init(
        store: any StateStore, sessionWindowMilliseconds: UInt64, chunkBytes: Int = 512 << 10,
        tableBytes: UInt64 = 64 << 20
    ) {
        self.store = store
        window = sessionWindowMilliseconds
        self.chunkBytes = min(max(1, chunkBytes), SnapshotChunk.bytesGoal)
        self.tableBytes = tableBytes
    }

    /// Does the task; nil when nobody waits for its end, or when it is about a stream that was let go. Throws what ends
    /// the process or concerns the whole store. May block.
    package mutating func perform(_ task: SnapshotTask) throws(StorageError) -> SnapshotEvent? {
        switch task {
        case .open(let transfer, let shard): return try open(transfer, shard)
        case .read(let transfer): return try read(transfer)
        case .close(let transfer):
            readers[transfer] = nil
            return nil
        case .begin(let key, let offer, let replica):
            stagings[key] = SnapshotStaging(offer, for: replica, in: store, tableBytes: tableBytes)
            return .staged(key, through: 0)
        case .stage(let key, let chunk): return try stage(chunk, key)
        case .install(let key, let former): return try install(key, former)
        case .discard(let key):
            stagings[key] = nil
            return nil
        }
    }

    private mutating func open(_ transfer: SnapshotTransfer, _ shard: ShardID) throws(StorageError) -> SnapshotEvent {
        do throws(StorageError) {
            let reader = try SnapshotReader(shard, in: store, window: window, chunkBytes: chunkBytes)
            readers[transfer] = (shard, reader)
            return .opened(transfer, reader.offer)
        } catch {
            return try unreadable(transfer, shard, error)
        }
    }

    private mutating func read(_ transfer: SnapshotTransfer) throws(StorageError) -> SnapshotEvent? {
        // Out of the table while it is changed: a copy would not share its progress.
        guard var source = readers.removeValue(forKey: transfer) else { return nil }
        do throws(StorageError) {
            switch try source.reader.next() {
            case .chunk(let chunk):
                readers[transfer] = source
                return .read(transfer, chunk)
            case .end(let totals): return .ended(transfer, totals)
            }
        } catch {
            return try unreadable(transfer, source.shard, error)
        }
    }

    private func unreadable(
        _ transfer: SnapshotTransfer, _ shard: ShardID, _ error: StorageError
    ) throws(StorageError) -> SnapshotEvent {
        switch error.consequence {
        case .markReplica, .stopReplica, .askAgain: return .unreadable(transfer, shard, error)
        case .endProcess, .markNode: throw error
        }
    }

    private mutating func stage(_ chunk: SnapshotChunk, _ key: IncomingKey) throws(StorageError) -> SnapshotEvent? {
        guard var staging = stagings.removeValue(forKey: key) else { return nil }
        do throws(SnapshotStaging.Failure) {
            try staging.stage(chunk)
            stagings[key] = staging
            return .staged(key, through: chunk.progress.chunks)
        } catch {
            if case .storage(let error) = error { throw error }
            return .malformed(key)
        }
    }

    private mutating func install(_ key: IncomingKey, _ former: KeyRange?) throws(StorageError) -> SnapshotEvent? {
        guard var staging = stagings.removeValue(forKey: key) else { return nil }
        do throws(SnapshotStaging.Failure) {
            return .installed(key, try staging.install(clearing: former))
        } catch {
            if case .storage(let error) = error { throw error }
            return .malformed(key)
        }
    }
}
