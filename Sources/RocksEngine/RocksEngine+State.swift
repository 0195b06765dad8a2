import CRocksDB
package import Storage
import Synchronization

extension RocksEngine {
    package func makeBatch() -> any StateBatch { RocksBatch(database: database) }

    package func write(_ batch: any StateBatch, writer: UInt8) throws(StorageError) {
        guard let batch = batch as? RocksBatch, batch.database === database else {
            throw .misuse("a batch of another store")
        }
        guard writer != RecoveryCheck.logWriter else { throw .misuse("writer 0 is the log writer") }
        try changing { () throws(StorageError) in try commit(batch, writer: writer) }
    }

    package func get(
        _ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome {
        try checkReadable()
        return try unsafe database.get(.data, key, tier == .disk ? database.diskRead : database.cacheRead, body)
    }

    package func multiGet(
        _ keys: [[UInt8]], _ body: (_ position: Int, _ value: RawSpan?) -> Void
    ) throws(StorageError) {
        try checkReadable()
        try database.multiGet(.data, keys, body)
    }

    package func snapshot() throws(StorageError) -> any StateSnapshot {
        try checkReadable()
        return RocksSnapshot(database: database)
    }

    package func approximateSize(from: RawSpan, to: RawSpan) throws(StorageError) -> UInt64 {
        try checkReadable()
        return try database.approximateSize(.data, from: from, to: to)
    }

    package func getNode(_ key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> GetOutcome {
        try checkReadable()
        return try unsafe database.get(.node, key, database.diskRead, body)
    }

    package func iterateNode(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try checkReadable()
        try unsafe database.iterate(.node, from: from, to: to, reverse: false, snapshot: nil, body)
    }
}
