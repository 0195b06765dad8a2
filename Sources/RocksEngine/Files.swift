import Glibc

/// The few file operations a data directory needs, each durable when it says so.
enum Files {
    /// The whole file; nil: there is none. Files above `limit` bytes are refused.
    static func read(_ path: String, limit: Int = 16 << 20) throws(FileError) -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            guard errno == ENOENT else { throw FileError("open", path) }
            return nil
        }
        defer { close(file) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe Glibc.read(file, &piece, piece.count)
            if count < 0 {
                guard errno == EINTR else { throw FileError("read", path) }
                continue
            }
            guard count > 0 else { return content }
            guard content.count + count <= limit else { throw FileError("read", path, code: EFBIG) }
            content.append(contentsOf: piece[..<count])
        }
    }

    /// Replaces the file as a whole, durably: temporary file, fsync, rename, fsync of the directory.
    static func replace(_ name: String, in directory: String, with content: [UInt8]) throws(FileError) {
        let path = directory + "/" + name
        let temporary = path + ".tmp"
        let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileError("create", temporary) }
        try fill(file, temporary, with: content)
        guard unsafe rename(temporary, path) == 0 else { throw FileError("rename", path) }
        try syncDirectory(directory)
    }

    /// Writes the whole file, makes it durable and closes it.
    private static func fill(_ file: Int32, _ path: String, with content: [UInt8]) throws(FileError) {
        defer { close(file) }
        try write(content, to: file, at: 0, path)
        guard fsync(file) == 0 else { throw FileError("fsync", path) }
    }

    /// Removes the file durably; it may be absent.
    static func remove(_ name: String, in directory: String) throws(FileError) {
        let path = directory + "/" + name
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path) }
        try syncDirectory(directory)
    }

    /// Writes all of `content` at `offset`, however many calls that takes.
    static func write(_ content: [UInt8], to file: Int32, at offset: Int, _ path: String) throws(FileError) {
        var written = 0
        while written < content.count {
            let count = unsafe content.withUnsafeBytes { bytes in
                unsafe pwrite(file, bytes.baseAddress?.advanced(by: written), bytes.count - written, offset + written)
            }
            if count < 0 {
                guard errno == EINTR else { throw FileError("write", path) }
                continue
            }
            written += count
        }
    }

    /// Makes the directory's entries durable.
    static func syncDirectory(_ path: String) throws(FileError) {
        let directory = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw FileError("open", path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw FileError("fsync", path) }
    }

    /// Whether anything has this path.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The names in a directory, sorted, without "." and ".."; nil: there is no such directory.
    static func names(in path: String) throws(FileError) -> [String]? {
        guard let stream = unsafe opendir(path) else {
            guard errno == ENOENT else { throw FileError("open", path) }
            return nil
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(stream) else {
                guard errno == 0 else { throw FileError("read", path) }
                return names.sorted()
            }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                // Safe because the name is a C string within the entry.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// The size of a file in bytes; nil: there is none.
    static func size(_ path: String) throws(FileError) -> UInt64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw FileError("stat", path) }
            return nil
        }
        return UInt64(clamping: status.st_size)
    }

    /// Creates the directory unless it is there.
    static func makeDirectory(_ path: String) throws(FileError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("create", path) }
    }

    /// Removes the files in a directory, not what is in its subdirectories. An absent one is empty.
    static func empty(_ path: String) throws(FileError) {
        for name in try names(in: path) ?? [] {
            guard unsafe unlink(path + "/" + name) == 0 || errno == ENOENT || errno == EISDIR else {
                throw FileError("remove", path + "/" + name)
            }
        }
    }

    /// Bytes that an unprivileged writer may still take on the file system of `path`, and how many it could if there
    /// were no file.
    static func diskSpace(_ path: String) throws(FileError) -> (free: UInt64, capacity: UInt64) {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw FileError("statvfs", path) }
        let (size, free, available) = (UInt64(status.f_blocks), UInt64(status.f_bfree), UInt64(status.f_bavail))
        let reserved = free > available ? free - available : 0
        let unit = UInt64(status.f_frsize)
        return (available &* unit, (size > reserved ? size - reserved : 0) &* unit)
    }
}
