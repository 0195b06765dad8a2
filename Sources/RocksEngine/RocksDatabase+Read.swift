import CRocksDB
import Storage

extension RocksDatabase {
    /// Shows the value of a key to `body`, out of RocksDB's own memory.
    func get(
        _ family: Family, _ key: RawSpan, _ readOptions: OpaquePointer, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome {
        var message: UnsafeMutablePointer<CChar>? = nil
        let slice = unsafe key.withRocks { start, count in
            unsafe rocksdb_get_pinned_cf(handle, readOptions, self.family(family), start, count, &message)
        }
        if let message = unsafe message {
            // Safe because RocksDB allocated a C string that is ours now, and it is copied before it is freed.
            let text = unsafe String(cString: message)
            unsafe rocksdb_free(message)
            // Not a failure: the block is not in memory, and the read may not fetch it.
            if text.hasPrefix("Result incomplete") { return .wouldBlock }
            throw StorageError(rocksDB: text, in: .read)
        }
        guard let slice = unsafe slice else { return .absent }
        defer { unsafe rocksdb_pinnableslice_destroy(slice) }
        var count = 0
        let start = unsafe rocksdb_pinnableslice_value(slice, &count)
        unsafe withRocksBytes(start, count, body)
        return .found
    }

    /// Shows the rows of [`from`, `to`) in order, or in reverse, until `body` returns false; of the memtables only
    /// if `isBufferedOnly`. What is only passing reads ahead and leaves the block cache to others.
    func iterate(
        _ family: Family, from: RawSpan, to: RawSpan, reverse: Bool, isBufferedOnly: Bool = false,
        snapshot: OpaquePointer?, isPassing: Bool = false, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        let readOptions = unsafe rocksdb_readoptions_create()
        defer { unsafe rocksdb_readoptions_destroy(readOptions) }
        if isBufferedOnly { unsafe rocksdb_readoptions_set_read_tier(readOptions, 3) }  // memtables
        if let snapshot = unsafe snapshot { unsafe rocksdb_readoptions_set_snapshot(readOptions, snapshot) }
        if isPassing {
            unsafe rocksdb_readoptions_set_fill_cache(readOptions, 0)
            unsafe rocksdb_readoptions_set_readahead_size(readOptions, RocksDatabase.readAheadBytes)
        }
        // The options keep pointers to the bounds, which outlive the iterator because the spans outlive this call.
        unsafe from.withRocks { unsafe rocksdb_readoptions_set_iterate_lower_bound(readOptions, $0, $1) }
        unsafe to.withRocks { unsafe rocksdb_readoptions_set_iterate_upper_bound(readOptions, $0, $1) }
        let created = unsafe rocksdb_create_iterator_cf(handle, readOptions, self.family(family))
        guard let iterator = unsafe created else { throw .io("RocksDB gave no iterator") }
        defer { unsafe rocksdb_iter_destroy(iterator) }
        if reverse {
            unsafe rocksdb_iter_seek_to_last(iterator)
        } else {
            unsafe from.withRocks { unsafe rocksdb_iter_seek(iterator, $0, $1) }
        }
        while unsafe rocksdb_iter_valid(iterator) != 0 {
            guard unsafe RocksDatabase.showRow(iterator, body) else { return }
            if reverse { unsafe rocksdb_iter_prev(iterator) } else { unsafe rocksdb_iter_next(iterator) }
        }
        // An iterator that met an unreadable block is as invalid as one at its end.
        try unsafe throwing(.read) { error in unsafe rocksdb_iter_get_error(iterator, error) }
    }

    private static let readAheadBytes = 256 << 10

    private static func showRow(
        _ iterator: OpaquePointer, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) -> Bool {
        var keyCount = 0
        var valueCount = 0
        let key = unsafe rocksdb_iter_key(iterator, &keyCount)
        let value = unsafe rocksdb_iter_value(iterator, &valueCount)
        return unsafe withRocksBytes(key, keyCount) { key in
            unsafe withRocksBytes(value, valueCount) { body(key, $0) }
        }
    }

    /// A number that RocksDB keeps about a family.
    func property(_ name: String, _ family: Family) -> UInt64? {
        var number: UInt64 = 0
        guard unsafe rocksdb_property_int_cf(handle, self.family(family), name, &number) == 0 else { return nil }
        return number
    }

    /// A text that RocksDB keeps about a family.
    func text(_ name: String, _ family: Family) -> String? {
        guard let text = unsafe rocksdb_property_value_cf(handle, self.family(family), name) else { return nil }
        defer { unsafe rocksdb_free(text) }
        // Safe because RocksDB allocated a C string for us.
        return unsafe String(cString: text)
    }
}
