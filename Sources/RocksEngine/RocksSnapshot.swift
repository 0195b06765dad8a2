import CRocksDB
import Storage

/// A snapshot of RocksDB, released with the object. Any thread may use it, several at once.
///
/// Safe because RocksDB's snapshots and constant read options may be used by any thread at once.
@safe final class RocksSnapshot: StateSnapshot, RowSource, @unchecked Sendable {
    private let database: RocksDatabase
    private let handle: OpaquePointer
    private let diskRead: OpaquePointer
    private let cacheRead: OpaquePointer

    init(database: RocksDatabase) {
        self.database = database
        unsafe handle = rocksdb_create_snapshot(database.handle)
        unsafe diskRead = rocksdb_readoptions_create()
        unsafe cacheRead = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_snapshot(diskRead, handle)
        unsafe rocksdb_readoptions_set_snapshot(cacheRead, handle)
        unsafe rocksdb_readoptions_set_read_tier(cacheRead, 1)  // block cache
    }

    deinit {
        unsafe rocksdb_readoptions_destroy(diskRead)
        unsafe rocksdb_readoptions_destroy(cacheRead)
        unsafe rocksdb_release_snapshot(database.handle, handle)
    }

    func get(_ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void) throws(StorageError) -> GetOutcome {
        try unsafe database.get(.data, key, tier == .disk ? diskRead : cacheRead, body)
    }

    func iterate(
        from: RawSpan, to: RawSpan, reverse: Bool, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try unsafe database.iterate(.data, from: from, to: to, reverse: reverse, snapshot: handle, body)
    }

    func scan(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try unsafe database.iterate(
            .data, from: from, to: to, reverse: false, snapshot: handle, isPassing: true, body)
    }

    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> Bool {
        try unsafe database.get(family, key, diskRead, body) == .found
    }

    func rows(
        _ family: Family, from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try unsafe database.iterate(family, from: from, to: to, reverse: false, snapshot: handle, body)
    }
}
