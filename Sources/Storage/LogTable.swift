import Raft

/// The extents of all logs of a store, and the translation of log batches into rows: the half of a `LogStore` that
/// does not depend on the engine.
package struct LogTable: Sendable {
    private var extents: [LogName: LogExtent] = [:]

    package init() {}

    /// What is known of a log; nil: not loaded.
    package subscript(name: LogName) -> LogExtent? {
        get { extents[name] }
        set { extents[name] = newValue }
    }

    /// Translates the batch into rows and follows it in memory. Logs that are not loaded are read from `source` first.
    /// After an error the rows in `sink` must not be written; the table reads the logs concerned again.
    package mutating func apply(
        _ batch: LogBatch, into sink: inout some RowSink, source: some RowSource
    ) throws(StorageError) {
        do throws(StorageError) {
            try translate(batch, into: &sink, source: source)
        } catch {
            for name in batch.names { extents[name] = nil }
            throw error
        }
    }

    private mutating func translate(
        _ batch: LogBatch, into sink: inout some RowSink, source: some RowSource
    ) throws(StorageError) {
        for name in batch.destroys {
            try LogTable.destroy(name, into: &sink, source: source)
            extents[name] = LogExtent()
        }
        for reset in batch.resets {
            try load(reset.name, from: source)
            extents[reset.name]?.reset(reset, into: &sink)
        }
        for base in batch.bases {
            try load(base.name, from: source)
            extents[base.name]?.truncate(base, into: &sink)
        }
        for append in batch.appends {
            try load(append.name, from: source)
            try extents[append.name]?.append(append, into: &sink)
        }
        for truncation in batch.truncations {
            try load(truncation.name, from: source)
            extents[truncation.name]?.truncate(truncation, into: &sink)
        }
        for record in batch.hardStates {
            try load(record.name, from: source)
            extents[record.name]?.store(record, into: &sink)
        }
        // Only after the batch: until then an empty extent keeps a re-creation in it from reading the old rows.
        for name in batch.destroys where extents[name] == LogExtent() { extents[name] = nil }
    }

    private mutating func load(_ name: LogName, from source: some RowSource) throws(StorageError) {
        guard extents[name] == nil else { return }
        extents[name] = try LogScan.recover(name, from: source).extent
    }

    /// Removes what is on disk, not what memory knows: a log may be swept because it is damaged.
    private static func destroy(
        _ name: LogName, into sink: inout some RowSink, source: some RowSource
    ) throws(StorageError) {
        let (start, end) = LogKey.chunks(name)
        var keys: [[UInt8]] = []
        try start.withBytes { (from) throws(StorageError) in
            try end.withBytes { (to) throws(StorageError) in
                try source.rows(.log, from: from, to: to) { key, _ in
                    keys.append([UInt8](copying: key))
                    return true
                }
            }
        }
        for key in keys { key.withBytes { sink.delete(.log, key: $0) } }
        LogKey.head(name).withBytes { sink.delete(.raft, key: $0) }
    }
}
