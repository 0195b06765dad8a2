import Glibc

extension DataDirectory {
    /// Refuses a directory that others could change, or that this process cannot.
    static func checkAccess(_ path: String) throws(DirectoryError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .file(FileError("stat", path)) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path) }
        let mode = UInt32(status.st_mode) & 0o777
        guard mode & 0o022 == 0 else { throw .loosePermissions(path, mode: mode) }
        guard unsafe access(path, R_OK | W_OK | X_OK) == 0 else { throw .notWritable(path) }
    }

    /// Takes the exclusive lock for the life of the file it returns, and leaves this process's number in it.
    static func takeLock(_ path: String) throws(DirectoryError) -> Int32 {
        let name = path + "/LOCK"
        let file = unsafe Glibc.open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw errno == EACCES || errno == EROFS ? .notWritable(path) : .file(FileError("create", name))
        }
        do throws(FileError) {
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else { throw FileError("lock", name) }
            guard ftruncate(file, 0) == 0 else { throw FileError("truncate", name) }
            try Files.write(Array("\(getpid())\n".utf8), to: file, at: 0, name)
            return file
        } catch {
            close(file)
            guard error.code == EWOULDBLOCK else { throw .file(error) }
            throw .locked(path, process: owner(name))
        }
    }

    /// The process that says it holds the lock; a guess, for the error's text.
    private static func owner(_ name: String) -> Int? {
        guard let content = try? Files.read(name, limit: 64) else { return nil }
        return Int(String(decoding: content.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    static func parent(of path: String) -> String {
        var trimmed = path[...]
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}
