import CRocksDB
import Glibc
package import Storage
import Synchronization

extension RocksEngine {
    /// As `StateStore.makeTable`: a file in `snapshots/` that goes away with the table unless it is ingested.
    package func makeTable() throws(StorageError) -> any StateTable {
        try checkReadable()
        let folder = directory.path + "/snapshots"
        do throws(FileError) { try Files.makeDirectory(folder) } catch { throw StorageError(error) }
        let number = tables.wrappingAdd(1, ordering: .relaxed).newValue
        return try RocksTable(path: "\(folder)/\(number).sst", database: database)
    }

    /// As `StateStore.ingest`: one RocksDB ingest of all files, after a flush of `data` (rule 31). `misuse` for another
    /// store's table or for spans that overlap. Gives up with `io` when writes to the range go on.
    package func ingest(_ tables: [any StateTable]) throws(StorageError) {
        var files: [RocksTable] = []
        for table in tables {
            guard let table = table as? RocksTable else { throw .misuse("a table of another store") }
            files.append(table)
        }
        try TableOrder.checkDisjoint(files.compactMap { $0.order.span })
        try changing { () throws(StorageError) in
            var paths: [String] = []
            for file in files where try file.finish() { paths.append(file.path) }
            guard !paths.isEmpty else { return }
            try ingest(paths)
        }
    }

    /// One call, and so one atomic step, for all files. RocksDB refuses while a write buffer overlaps them, because a
    /// flush of its own would block all writers; so the buffers go first, and again if a write came in between.
    private func ingest(_ paths: [String]) throws(StorageError) {
        var attempts = 0
        while true {
            try flush(.data, wait: true)
            do throws(StorageError) {
                return try database.ingest(.data, paths)
            } catch {
                attempts += 1
                guard case .io(let text) = error, text.contains("requires flush"), attempts < 100 else { throw error }
            }
        }
    }
}
