import CRocksDB
package import Storage
import Synchronization

extension RocksEngine {
    /// A RocksDB write batch, for this database only.
    package func makeBatch() -> any StateBatch { RocksBatch(database: database) }

    /// As `StateStore.write`; `misuse` for another store's batch or the log writer's number.
    package func write(_ batch: any StateBatch, writer: UInt8) throws(StorageError) {
        guard let batch = batch as? RocksBatch, batch.database === database else {
            throw .misuse("a batch of another store")
        }
        guard writer != RecoveryCheck.logWriter else { throw .misuse("writer 0 is the log writer") }
        try changing { () throws(StorageError) in try commit(batch, writer: writer) }
    }

    /// As `StateStore.get`; the tier `cacheOnly` looks into memtables and block cache only.
    package func get(
        _ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome {
        try checkReadable()
        return try unsafe database.get(.data, key, tier == .disk ? database.diskRead : database.cacheRead, body)
    }

    /// As `StateStore.multiGet`.
    package func multiGet(
        _ keys: [[UInt8]], _ body: (_ position: Int, _ value: RawSpan?) -> Void
    ) throws(StorageError) {
        try checkReadable()
        try database.multiGet(.data, keys, body)
    }

    /// As `StateStore.snapshot`. It keeps old rows on disk for as long as it lives: hold it for one request only.
    package func snapshot() throws(StorageError) -> any StateSnapshot {
        try checkReadable()
        return RocksSnapshot(database: database)
    }

    /// As `StateStore.approximateSize`: what RocksDB estimates for its files.
    package func approximateSize(from: RawSpan, to: RawSpan) throws(StorageError) -> UInt64 {
        try checkReadable()
        return try database.approximateSize(.data, from: from, to: to)
    }

    /// As `StateStore.iterateBuffered`: the memtables, the full ones too.
    package func iterateBuffered(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try checkReadable()
        try unsafe database.iterate(
            .data, from: from, to: to, reverse: false, isBufferedOnly: true, snapshot: nil, body)
    }

    /// As `StateStore.getNode`.
    package func getNode(_ key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> GetOutcome {
        try checkReadable()
        return try unsafe database.get(.node, key, database.diskRead, body)
    }

    /// As `StateStore.iterateNode`; shows the rows of one instant.
    package func iterateNode(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try checkReadable()
        try unsafe database.iterate(.node, from: from, to: to, reverse: false, snapshot: nil, body)
    }
}
