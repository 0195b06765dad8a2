import CRocksDB
import Glibc
import Storage

extension RocksDatabase {
    /// Looks many keys up at once, out of RocksDB's own memory.
    func multiGet(
        _ family: Family, _ keys: [[UInt8]], _ body: (_ position: Int, _ value: RawSpan?) -> Void
    ) throws(StorageError) {
        guard !keys.isEmpty else { return }
        var slices: [OpaquePointer?] = unsafe Array(repeating: nil, count: keys.count)
        var messages: [UnsafeMutablePointer<CChar>?] = unsafe Array(repeating: nil, count: keys.count)
        // One piece of memory for all keys: the pointers must stay valid over the whole call.
        let bytes = keys.flatMap { $0 }
        let counts = keys.map(\.count)
        unsafe bytes.withUnsafeBytes { memory in
            var starts: [UnsafePointer<CChar>?] = unsafe []
            var offset = 0
            for count in counts {
                unsafe starts.append(memory.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
                offset += count
            }
            unsafe rocksdb_batched_multi_get_cf(
                handle, diskRead, self.family(family), keys.count, starts, counts, &slices, &messages, false)
        }
        defer { for index in keys.indices { unsafe rocksdb_pinnableslice_destroy(slices[index]) } }
        var failure: StorageError?
        for index in keys.indices {
            guard let message = unsafe messages[index] else { continue }
            // Safe because RocksDB allocated a C string that is ours now, and it is copied before it is freed.
            failure = failure ?? StorageError(rocksDB: unsafe String(cString: message), in: .read)
            unsafe rocksdb_free(message)
        }
        if let failure { throw failure }
        for position in keys.indices {
            guard let slice = unsafe slices[position] else {
                body(position, nil)
                continue
            }
            var count = 0
            let start = unsafe rocksdb_pinnableslice_value(slice, &count)
            unsafe withRocksBytes(start, count) { body(position, $0) }
        }
    }

    /// Bytes of the files that hold [`from`, `to`), in proportion.
    func approximateSize(_ family: Family, from: RawSpan, to: RawSpan) throws(StorageError) -> UInt64 {
        var size: UInt64 = 0
        try unsafe throwing(.read) { error in
            unsafe from.withRocks { from, fromCount in
                unsafe to.withRocks { to, toCount in
                    var from = unsafe from
                    var to = unsafe to
                    var fromCount = fromCount
                    var toCount = toCount
                    unsafe rocksdb_approximate_sizes_cf(
                        handle, self.family(family), 1, &from, &fromCount, &to, &toCount, &size, error)
                }
            }
        }
        return size
    }

    /// Takes finished files into a family, all or none, by a link instead of a copy.
    func ingest(_ family: Family, _ paths: [String]) throws(StorageError) {
        let options = unsafe rocksdb_ingestexternalfileoptions_create()
        defer { unsafe rocksdb_ingestexternalfileoptions_destroy(options) }
        unsafe rocksdb_ingestexternalfileoptions_set_move_files(options, 1)
        unsafe rocksdb_ingestexternalfileoptions_set_snapshot_consistency(options, 1)
        unsafe rocksdb_ingestexternalfileoptions_set_allow_global_seqno(options, 1)
        unsafe rocksdb_ingestexternalfileoptions_set_allow_blocking_flush(options, 0)
        let copies = unsafe paths.map { unsafe strdup($0) }
        defer { for index in paths.indices { unsafe free(copies[index]) } }
        let pointers = unsafe copies.map { unsafe UnsafePointer<CChar>($0) }
        try unsafe throwing(.write) { error in
            unsafe rocksdb_ingest_external_file_cf(
                handle, self.family(family), pointers, paths.count, options, error)
        }
    }
}
