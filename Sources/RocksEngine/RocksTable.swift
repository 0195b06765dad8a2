import CRocksDB
import Glibc
import Storage

/// A staged snapshot table: an SST file in `snapshots/`, removed with the object unless it was ingested.
@safe final class RocksTable: StateTable {
    let path: String
    private let database: RocksDatabase
    private let handle: OpaquePointer
    private let environment: OpaquePointer
    private(set) var order = TableOrder()
    private var written: UInt64 = 0
    private var isFinished = false

    init(path: String, database: RocksDatabase) throws(StorageError) {
        self.path = path
        self.database = database
        unsafe environment = rocksdb_envoptions_create()
        unsafe handle = rocksdb_sstfilewriter_create(environment, database.options.families[2])
        try unsafe throwing(.write) { error in unsafe rocksdb_sstfilewriter_open(handle, path, error) }
    }

    deinit {
        unsafe rocksdb_sstfilewriter_destroy(handle)
        unsafe rocksdb_envoptions_destroy(environment)
        _ = unsafe unlink(path)
    }

    var byteCount: UInt64 { written }

    func deleteRange(from: RawSpan, to: RawSpan) throws(StorageError) {
        guard !isFinished else { throw .misuse("a table that was ingested") }
        try order.admit(from: from, to: to)
        try unsafe throwing(.write) { error in
            unsafe from.withRocks { from, fromCount in
                unsafe to.withRocks { to, toCount in
                    unsafe rocksdb_sstfilewriter_delete_range(handle, from, fromCount, to, toCount, error)
                }
            }
        }
    }

    func put(_ key: RawSpan, value: RawSpan) throws(StorageError) {
        guard !isFinished else { throw .misuse("a table that was ingested") }
        try order.admit(key)
        written += UInt64(key.byteCount + value.byteCount)
        try unsafe throwing(.write) { error in
            unsafe key.withRocks { key, keyCount in
                unsafe value.withRocks { value, valueCount in
                    unsafe rocksdb_sstfilewriter_put(handle, key, keyCount, value, valueCount, error)
                }
            }
        }
    }

    /// Completes the file, durably. A table without rows has none: RocksDB refuses to write it.
    func finish() throws(StorageError) -> Bool {
        guard order.span != nil else { return false }
        guard !isFinished else { return true }
        isFinished = true
        try unsafe throwing(.write) { error in unsafe rocksdb_sstfilewriter_finish(handle, error) }
        return true
    }
}
