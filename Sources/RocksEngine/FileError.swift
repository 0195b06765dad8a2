import Glibc

/// A system call on a file that failed.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, as "open", "fsync".
    package var operation: String
    /// The file or directory it was tried on.
    package var path: String
    /// The system's error number.
    package var code: Int32

    /// Takes the calling thread's `errno`.
    init(_ operation: String, _ path: String, code: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Whether the file system has no room left.
    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    package var description: String {
        // Safe because strerror returns a C string, copied before any other call.
        let reason = unsafe String(cString: strerror(code))
        return "\(operation) \(path): \(reason)"
    }
}
