import CRocksDB
import Keyspace
import Storage

/// A write batch of RocksDB. One thread at a time.
@safe final class RocksBatch: StateBatch {
    /// The store it belongs to; also keeps the families' handles alive.
    let database: RocksDatabase
    let handle: OpaquePointer
    private(set) var byteCount = 0

    init(database: RocksDatabase) {
        self.database = database
        unsafe handle = rocksdb_writebatch_create()
    }

    deinit { unsafe rocksdb_writebatch_destroy(handle) }

    var count: Int { Int(unsafe rocksdb_writebatch_count(handle)) }

    func put(_ key: RawSpan, header: RawSpan, value: RawSpan) {
        byteCount += key.byteCount + header.byteCount + value.byteCount + 16
        let family = unsafe database.family(.data)
        unsafe key.withRocks { keyStart, keyCount in
            unsafe header.withRocks { headerStart, headerCount in
                unsafe value.withRocks { valueStart, valueCount in
                    var key = unsafe keyStart
                    var keyCount = keyCount
                    var values: InlineArray<2, UnsafePointer<CChar>?> = unsafe [headerStart, valueStart]
                    var counts: InlineArray<2, Int> = [headerCount, valueCount]
                    var valueSpan = unsafe values.mutableSpan
                    var countSpan = counts.mutableSpan
                    unsafe valueSpan.withUnsafeMutableBufferPointer { values in
                        unsafe countSpan.withUnsafeMutableBufferPointer { counts in
                            unsafe rocksdb_writebatch_putv_cf(
                                handle, family, 1, &key, &keyCount, 2, values.baseAddress, counts.baseAddress)
                        }
                    }
                }
            }
        }
    }

    /// Stores a row of any family.
    func put(_ family: Family, _ key: RawSpan, _ value: RawSpan) {
        byteCount += key.byteCount + value.byteCount + 16
        unsafe key.withRocks { key, keyCount in
            unsafe value.withRocks { value, valueCount in
                unsafe rocksdb_writebatch_put_cf(
                    handle, database.family(family), key, keyCount, value, valueCount)
            }
        }
    }

    /// Removes a row of any family.
    func delete(_ family: Family, _ key: RawSpan) {
        byteCount += key.byteCount + 16
        unsafe key.withRocks { unsafe rocksdb_writebatch_delete_cf(handle, database.family(family), $0, $1) }
    }

    /// Removes the rows of [`from`, `to`) of any family.
    func deleteRange(_ family: Family, from: RawSpan, to: RawSpan) {
        // RocksDB takes such a range and refuses it, and all that follows, when it is written.
        guard ByteOrder.compare(from, to) < 0 else { return }
        byteCount += from.byteCount + to.byteCount + 16
        unsafe from.withRocks { from, fromCount in
            unsafe to.withRocks { to, toCount in
                unsafe rocksdb_writebatch_delete_range_cf(
                    handle, database.family(family), from, fromCount, to, toCount)
            }
        }
    }

    func delete(_ key: RawSpan) { delete(.data, key) }

    func deleteRange(from: RawSpan, to: RawSpan) { deleteRange(.data, from: from, to: to) }

    func putNode(_ key: RawSpan, value: RawSpan) { put(.node, key, value) }

    func deleteNode(_ key: RawSpan) { delete(.node, key) }

    func clear() {
        byteCount = 0
        unsafe rocksdb_writebatch_clear(handle)
    }
}
