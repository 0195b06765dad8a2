package import Raft
package import Storage
import Synchronization
package import Wire

extension RocksEngine {
    /// As `LogStore.write`: one RocksDB batch of chunks and heads with the log writer's running number (rule 14).
    package func write(_ batch: LogBatch) throws(StorageError) {
        try changing { () throws(StorageError) in
            // The lock spans the write, so that a reader's extent and snapshot are of the same instant.
            try log.withLock { (log) throws(StorageError) in
                log.batch.clear()
                var sink = BatchSink(batch: log.batch)
                try log.table.apply(batch, into: &sink, source: RocksRows(database: database))
                try commit(log.batch, writer: RecoveryCheck.logWriter)
            }
        }
    }

    /// As `LogStore.read`, from a RocksDB snapshot, so that no overwrite shows half. An unrecovered log is scanned.
    package func read(
        shard: ShardID, replica: ReplicaID, from: LogIndex, through: LogIndex, byteLimit: Int
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        try checkReadable()
        let name = LogName(shard: shard, replica: replica)
        let (snapshot, loaded) = log.withLock { log in (RocksSnapshot(database: database), log.table[name]) }
        let extent = if let loaded { loaded } else { try LogScan.recover(name, from: snapshot).extent }
        return try LogScan.read(name, extent, from: from, through: through, byteLimit: byteLimit, source: snapshot)
    }

    /// As `LogStore.recover`; the extent that it found stays in memory for later reads and writes.
    package func recover(shard: ShardID, replica: ReplicaID) throws(StorageError) -> RecoveredLog {
        try checkReadable()
        let name = LogName(shard: shard, replica: replica)
        return try log.withLock { (log) throws(StorageError) in
            let (recovered, extent) = try LogScan.recover(name, from: RocksRows(database: database))
            log.table[name] = extent
            return recovered
        }
    }

    /// As `LogStore.allLogs`, from a RocksDB snapshot.
    package func allLogs() throws(StorageError) -> [LogName] {
        try checkReadable()
        return try LogScan.names(in: RocksSnapshot(database: database))
    }
}
