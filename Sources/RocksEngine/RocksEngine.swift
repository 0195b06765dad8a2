import CRocksDB
package import Storage
import Synchronization

/// Both seams over one RocksDB in one data directory. All calls are safe from any thread but those that name theirs.
///
/// The first write or sync that fails ends all writing: what the operating system did with the bytes is not known,
/// and an fsync is never asked twice. Reads go on.
package final class RocksEngine: LogStore, StateStore {
    /// What a log batch needs: one thread at a time.
    struct LogState {
        var table = LogTable()
        let batch: RocksBatch
    }

    /// Released after the database: the lock of the directory outlives the files it protects.
    package let directory: DataDirectory
    let database: RocksDatabase
    let log: Mutex<LogState>
    let writers: [WriterNumber]
    let mark: MarkFile
    let wal: WALDirectory
    /// What the next mark says of the write-ahead log's files.
    let listing = Mutex(WALListing())
    /// The log writer's running number as recovery found it: a peer that has heard a greater one proves that the
    /// disk was rolled back (rule 14).
    package let recoveredNumber: UInt64
    let tables = Atomic<UInt64>(0)
    private let hasFailed = Atomic<Bool>(false)
    private let isClosed = Atomic<Bool>(false)

    init(
        directory: DataDirectory, database: RocksDatabase, numbers: [UInt64], mark: MarkFile, wal: WALDirectory
    ) {
        self.directory = directory
        self.database = database
        writers = numbers.map { WriterNumber(last: $0) }
        recoveredNumber = numbers.first ?? 0
        self.mark = mark
        self.wal = wal
        log = Mutex(LogState(batch: RocksBatch(database: database)))
    }

    /// Makes everything durable, the mark too, and takes no more calls. The database closes when its last snapshot,
    /// batch and table are gone.
    package func close() throws(StorageError) {
        guard !isClosed.load(ordering: .acquiring) else { return }
        if !hasFailed.load(ordering: .acquiring) {
            listing.withLock { $0.isDue = true }
            try sync()
            try syncMark()
        }
        isClosed.store(true, ordering: .releasing)
    }

    /// Throws when the store takes no reads.
    func checkReadable() throws(StorageError) {
        guard !isClosed.load(ordering: .acquiring) else { throw .closed }
    }

    /// Runs what changes the store. A failure of the store itself is the last thing that happens to it; what
    /// concerns one replica or the caller is not.
    func changing<R>(_ body: () throws(StorageError) -> R) throws(StorageError) -> R {
        guard !isClosed.load(ordering: .acquiring), !hasFailed.load(ordering: .acquiring) else { throw .closed }
        do throws(StorageError) {
            return try body()
        } catch {
            switch error {
            case .io, .diskFull, .storeCorruption, .closed: hasFailed.store(true, ordering: .releasing)
            case .corruption, .unsupported, .truncated, .misuse: break
            }
            throw error
        }
    }

    /// Writes the batch with the writer's next running number in it, and clears it.
    func commit(_ batch: RocksBatch, writer: UInt8) throws(StorageError) {
        try writers[Int(writer)].last.withLock { (last) throws(StorageError) in
            let number = last &+ 1
            var value = SmallBytes()
            value.append(littleEndian: number)
            NodeKey.number(writer: writer, number).withBytes { key in
                value.withBytes { batch.put(.node, key, $0) }
            }
            try unsafe throwing(.write) { error in
                unsafe rocksdb_write(database.handle, database.writeOptions, batch.handle, error)
            }
            last = number
        }
        batch.clear()
    }
}
