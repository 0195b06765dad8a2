import Storage

/// The rows of RocksDB as they are at each call.
struct RocksRows: RowSource {
    let database: RocksDatabase

    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> Bool {
        try unsafe database.get(family, key, database.diskRead, body) == .found
    }

    func rows(
        _ family: Family, from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try unsafe database.iterate(family, from: from, to: to, reverse: false, snapshot: nil, body)
    }
}
