import CRocksDB
package import Storage
import Synchronization

extension RocksEngine {
    /// As `LogStore.sync`.
    package func sync() throws(StorageError) {
        try sync(whenDurable: {})
    }

    /// As `LogStore.sync`: one `flush_wal` with sync (rule 10). Then the mark is written, behind whatever waits for the
    /// sync: it may be late, never early. `syncMark` makes it durable (rule 14).
    package func sync(whenDurable body: () -> Void) throws(StorageError) {
        try changing { () throws(StorageError) in
            let number = writers[Int(RecoveryCheck.logWriter)].last.withLock { $0 }
            // Before the sync: only what is there now is promised to be durable after it (rule 14).
            let files = try listing.withLock { (listing) throws(StorageError) in try listing.refreshIfDue(wal, number) }
            // Not a write with `sync = true`: other threads' writes would wait behind the fsync (rule 10).
            try unsafe throwing(.write) { error in unsafe rocksdb_flush_wal(database.handle, 1, error) }
            body()
            do throws(FileError) {
                try mark.write(number: number, wal: files)
            } catch {
                throw StorageError(error)
            }
        }
    }

    /// Makes the mark durable: call it every 100 ms from a thread that may block (rule 14). When syncs have gone on
    /// since the files were listed, the next one lists them again; when none came, this one does.
    package func syncMark() throws(StorageError) {
        if listing.withLock({ $0.isDue && $0.number < mark.number }) { try sync() }
        try changing { () throws(StorageError) in
            do throws(FileError) { try mark.sync() } catch { throw StorageError(error) }
        }
        listing.withLock { $0.isDue = $0.number < mark.number }
    }

    /// The log writer's last running number that a finished sync covers; control frames carry it (rule 14).
    package var syncedNumber: UInt64 { mark.number }

    /// As `StateStore.pressure`, from RocksDB's own properties; zero for one that it does not tell.
    package func pressure() throws(StorageError) -> EnginePressure {
        try checkReadable()
        let files = database.text("rocksdb.num-files-at-level0", .data).flatMap { Int($0) } ?? 0
        let behind = [Family.data, .log].reduce(UInt64(0)) { sum, family in
            sum &+ (database.property("rocksdb.estimate-pending-compaction-bytes", family) ?? 0)
        }
        return EnginePressure(
            levelZeroFiles: files,
            immutableMemtables: Int(clamping: database.property("rocksdb.num-immutable-mem-table", .data) ?? 0),
            pendingCompactionBytes: behind,
            backgroundErrors: database.property("rocksdb.background-errors", .data) ?? 0)
    }

    /// As `StateStore.flush`, of family `data`.
    package func flush() throws(StorageError) { try flush(.data, wait: false) }

    /// Writes a family's memory out.
    func flush(_ family: Family, wait: Bool) throws(StorageError) {
        try changing { () throws(StorageError) in
            let options = unsafe rocksdb_flushoptions_create()
            defer { unsafe rocksdb_flushoptions_destroy(options) }
            unsafe rocksdb_flushoptions_set_wait(options, wait ? 1 : 0)
            try unsafe throwing(.write) { error in
                unsafe rocksdb_flush_cf(database.handle, options, database.family(family), error)
            }
        }
    }
}
