import Glibc
import Storage

/// The folder of RocksDB's write-ahead log, apart from the tables so that reading it before every sync is cheap, and
/// the folder that keeps what was there before a start (rule 14).
struct WALDirectory: Sendable {
    let live: String
    let aside: String

    /// The files, oldest first.
    func files() throws(FileError) -> [WALFile] { try WALDirectory.files(in: live) }

    /// Links the files aside and returns what was there before this start; a start that died before its verdict has
    /// left them aside already.
    func linkAside() throws(FileError) -> [WALFile] {
        try Files.makeDirectory(aside)
        for file in try files() {
            let name = WALDirectory.name(file.number)
            // A file system without hard links leaves the listing, which is what the verdict reads.
            _ = unsafe link(live + "/" + name, aside + "/" + name)
        }
        try Files.syncDirectory(aside)
        var found = try WALDirectory.files(in: aside)
        for file in try files() where !found.contains(where: { $0.number == file.number }) { found.append(file) }
        return found.sorted { $0.number < $1.number }
    }

    /// Removes what was kept aside.
    func clearAside() throws(FileError) {
        try Files.empty(aside)
        guard unsafe rmdir(aside) == 0 || errno == ENOENT else { throw FileError("remove", aside) }
    }

    private static func files(in directory: String) throws(FileError) -> [WALFile] {
        var found: [WALFile] = []
        for name in try Files.names(in: directory) ?? [] where name.hasSuffix(".log") {
            guard let number = UInt64(name.dropLast(4)) else { continue }
            // Gone between the two calls: RocksDB needs it no more.
            guard let bytes = try Files.size(directory + "/" + name) else { continue }
            found.append(WALFile(number: number, byteCount: bytes))
        }
        return found.sorted { $0.number < $1.number }
    }

    private static func name(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".log"
    }
}
