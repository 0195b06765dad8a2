package import Raft
import Synchronization
package import Wire

extension MemoryEngine {
    /// As `LogStore.write`; `closed` after a crash or a failed sync.
    package func write(_ batch: LogBatch) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            var sink = MemorySink()
            try state.table.apply(batch, into: &sink, source: state.disk.rows)
            state.disk.write(sink.operations, writer: RecoveryCheck.logWriter)
        }
    }

    /// As `LogStore.read`. A log that was not recovered yet is looked through each time.
    package func read(
        shard: ShardID, replica: ReplicaID, from: LogIndex, through: LogIndex, byteLimit: Int
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        let name = LogName(shard: shard, replica: replica)
        let (rows, loaded) = try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return (state.disk.rows, state.table[name])
        }
        let extent = if let loaded { loaded } else { try LogScan.recover(name, from: rows).extent }
        return try LogScan.read(name, extent, from: from, through: through, byteLimit: byteLimit, source: rows)
    }

    /// As `LogStore.recover`.
    package func recover(shard: ShardID, replica: ReplicaID) throws(StorageError) -> RecoveredLog {
        let name = LogName(shard: shard, replica: replica)
        return try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            let (log, extent) = try LogScan.recover(name, from: state.disk.rows)
            state.table[name] = extent
            return log
        }
    }

    /// As `LogStore.allLogs`.
    package func allLogs() throws(StorageError) -> [LogName] {
        let rows = try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return state.disk.rows
        }
        return try LogScan.names(in: rows)
    }
}
