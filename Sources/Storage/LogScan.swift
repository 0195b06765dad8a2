import NIOCore
package import Raft
package import Wire

/// Reads logs from rows: the half of a `LogStore` that reads and does not depend on the engine.
package enum LogScan {
    /// Reads a whole log and checks it: checksums, structure, no gap, terms that never fall.
    package static func recover(
        _ name: LogName, from source: some RowSource
    ) throws(StorageError) -> (log: RecoveredLog, extent: LogExtent) {
        let head = try self.head(name, from: source)
        var assembly = LogAssembly(name: name, head: head)
        var failure: StorageError?
        let (start, end) = LogKey.chunks(name)
        try start.withBytes { (from) throws(StorageError) in
            try end.withBytes { (to) throws(StorageError) in
                try source.rows(.log, from: from, to: to) { key, value in
                    do throws(StorageError) {
                        try assembly.add(key: key, chunk: value)
                    } catch {
                        failure = error
                    }
                    return failure == nil
                }
            }
        }
        if let failure { throw failure }
        return try assembly.finish()
    }

    /// The entries `from` … `through` of a log whose extent belongs to the same instant as `source`;
    /// see `LogStore.read`.
    package static func read(
        _ name: LogName, _ extent: LogExtent, from: LogIndex, through: LogIndex, byteLimit: Int,
        source: some RowSource
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        guard from > extent.head.truncatedIndex else { throw .truncated }
        var entries: [Entry<EncodedEntry>] = []
        var byteCount = 0
        for part in extent.parts(from: from, through: through) {
            for entry in try chunk(name, part.first, from: source) where entry.index >= from {
                guard entry.index <= part.through else { break }
                byteCount += entry.byteCount
                guard entries.isEmpty || byteCount <= byteLimit else { return entries }
                guard entry.index == entries.last?.index.next ?? from else {
                    throw .corruption("\(name): entry \(entry.index) does not follow")
                }
                entries.append(entry)
            }
        }
        return entries
    }

    /// Every log with a head or a chunk, in order. Reads one row per log, not all.
    package static func names(in source: some RowSource) throws(StorageError) -> [LogName] {
        var names: Set<LogName> = []
        for family in [Family.raft, .log] {
            var cursor: [UInt8] = []
            while let name = try nextName(in: family, from: cursor, source) {
                names.insert(name)
                cursor = LogKey.chunks(name).end.array
            }
        }
        return names.sorted()
    }

    private static func nextName(
        in family: Family, from cursor: [UInt8], _ source: some RowSource
    ) throws(StorageError) -> LogName? {
        var found: [UInt8]?
        let end: [UInt8] = Array(repeating: 0xFF, count: 32)
        try cursor.withBytes { (from) throws(StorageError) in
            try end.withBytes { (to) throws(StorageError) in
                try source.rows(family, from: from, to: to) { key, _ in
                    found = [UInt8](copying: key)
                    return false
                }
            }
        }
        guard let found else { return nil }
        return try found.withBytes { (key) throws(StorageError) in try LogKey.decode(key).name }
    }

    private static func head(_ name: LogName, from source: some RowSource) throws(StorageError) -> LogHead {
        var stored: [UInt8]?
        _ = try LogKey.head(name).withBytes { (key) throws(StorageError) in
            try source.row(.raft, key: key) { stored = [UInt8](copying: $0) }
        }
        guard let stored else { return LogHead() }
        return try stored.withBytes { (bytes) throws(StorageError) in try LogHead.decode(bytes) }
    }

    private static func chunk(
        _ name: LogName, _ first: LogIndex, from source: some RowSource
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        var chunk = ByteBuffer()
        let isThere = try LogKey.chunk(name, first: first).withBytes { (key) throws(StorageError) in
            try source.row(.log, key: key) { _ = chunk.writeBytes($0) }
        }
        guard isThere else { throw .corruption("\(name): chunk \(first) is gone") }
        do throws(WireError) {
            return try EntryDecoder.decodeChunk(chunk)
        } catch {
            throw StorageError(error, in: "\(name): chunk \(first)")
        }
    }
}
