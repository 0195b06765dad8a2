import Glibc

extension DataDirectory {
    /// Bytes that may still be written on the directory's file system.
    package func diskFree() throws(FileError) -> UInt64 { try Files.diskSpace(path).free }

    /// The same, and how many bytes there could be if there were no file.
    package func diskSpace() throws(FileError) -> (free: UInt64, capacity: UInt64) { try Files.diskSpace(path) }

    /// Reserves room that `freeBallast` gives up, so that a full disk can still be cleared. Takes as much as fits
    /// beside `keepFree`; returns the ballast's size in bytes.
    package func reserveBallast(bytes: UInt64 = 64 << 20, keepFree: UInt64 = 64 << 20) throws(FileError) -> UInt64 {
        let name = path + "/ballast"
        let present = try Files.size(name) ?? 0
        guard present < bytes else { return present }
        guard try diskFree() >= bytes - present + keepFree else { return present }
        let file = unsafe Glibc.open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FileError("create", name) }
        defer { close(file) }
        let code = posix_fallocate(file, 0, Int(clamping: bytes))
        guard code == 0 else {
            _ = unsafe unlink(name)
            throw FileError("reserve", name, code: code)
        }
        return bytes
    }

    /// Gives the reserved room up; returns how many bytes that was.
    package func freeBallast() throws(FileError) -> UInt64 {
        let bytes = try Files.size(path + "/ballast") ?? 0
        try Files.remove("ballast", in: path)
        return bytes
    }
}
