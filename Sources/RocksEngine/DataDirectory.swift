import Glibc
import Storage
import Synchronization
import Wire

/// A node's directory: who it is, what it must not forget, and the store. Open while the object lives; no other
/// process can have it meanwhile.
///
/// ```
/// LOCK       held while a process uses the directory; its number is inside
/// IDENTITY   see `Identity`
/// BOOTSTRAP  how the cluster began (rule 17), as on the wire
/// MARK       see `SyncMark`
/// STARTS     the number of the last start, in digits
/// SUSPECT    see `Suspicion`; absent: nobody is suspect
/// db/        RocksDB; db/wal/ its write-ahead log
/// wal-aside/ the write-ahead log as it was before a start, until that start has judged it
/// snapshots/ staging, emptied at start
/// ballast    room that is given up when the disk is full
/// ```
package final class DataDirectory: Sendable {
    /// The directory as it was named to `open`.
    package let path: String
    private let lock: Int32
    /// IDENTITY and SUSPECT as they are on disk.
    let records: Mutex<Records>

    struct Records: Sendable {
        var identity: Identity?
        var suspicion: Suspicion
    }

    /// Opens the directory, creates it (0700) if need be, and empties `snapshots/`.
    package static func open(_ path: String) throws(DirectoryError) -> DataDirectory {
        do throws(FileError) {
            if !Files.exists(path) {
                try Files.makeDirectory(path)
                try Files.syncDirectory(parent(of: path))
            }
        } catch {
            throw error.code == EACCES || error.code == EROFS ? .notWritable(path) : .file(error)
        }
        try checkAccess(path)
        // Before the lock is made: a directory of somebody else stays as it was.
        try checkOwn(path)
        let lock = try takeLock(path)
        do throws(DirectoryError) {
            return DataDirectory(path: path, lock: lock, records: try load(path))
        } catch {
            close(lock)
            throw error
        }
    }

    private init(path: String, lock: Int32, records: Records) {
        self.path = path
        self.lock = lock
        self.records = Mutex(records)
    }

    deinit { close(lock) }

    /// Reads what is there, under the lock; refuses a directory of something else before anything is written to it.
    /// Refuses a directory that has content but no identity.
    private static func checkOwn(_ path: String) throws(DirectoryError) {
        let ours = ["LOCK", "IDENTITY.tmp", "lost+found"]
        let found: String?
        do throws(FileError) {
            guard try Files.read(path + "/IDENTITY") == nil else { return }
            found = try Files.names(in: path)?.first { !ours.contains($0) }
        } catch {
            throw .file(error)
        }
        if let found { throw .foreign(path, found: found) }
    }

    private static func load(_ path: String) throws(DirectoryError) -> Records {
        do {
            guard let content = try Files.read(path + "/IDENTITY") else {
                return Records(identity: nil, suspicion: Suspicion())
            }
            let identity = try Identity.decode(content, path: path + "/IDENTITY")
            let suspicion = Suspicion.decode(try Files.read(path + "/SUSPECT"))
            try Files.empty(path + "/snapshots")
            return Records(identity: identity, suspicion: suspicion)
        } catch let error as FileError {
            throw .file(error)
        } catch let error as DirectoryError {
            throw error
        } catch {
            throw .unreadable(path, "cannot be read: \(error)")
        }
    }
}
