import Glibc

/// An open file of the process, used with the system calls themselves: a dump of millions of rows goes through here.
///
/// The only type of this target with unsafe expressions: the calls take a pointer and a length, and both belong to one
/// array for the time of the call.
struct OpenFile: Sendable {
    private let descriptor: Int32

    static let standardInput = OpenFile(descriptor: STDIN_FILENO)
    static let standardOutput = OpenFile(descriptor: STDOUT_FILENO)
    static let standardError = OpenFile(descriptor: STDERR_FILENO)

    /// Why a call failed.
    struct Failure: Error, Equatable, Sendable {
        var code: Int32

        /// Whether the reader at the other end of a pipe has gone.
        var isBrokenPipe: Bool { code == EPIPE }

        /// The system's words.
        var text: String { unsafe String(cString: strerror(code)) }
    }

    /// Opens the file at `path` for reading.
    static func reading(_ path: String) throws(Failure) -> OpenFile {
        try opened(unsafe open(path, O_RDONLY | O_CLOEXEC))
    }

    /// Creates the file at `path`, or empties it.
    static func creating(_ path: String) throws(Failure) -> OpenFile {
        try opened(unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644))
    }

    /// Whether a person sits at the other end.
    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Reads up to `limit` bytes; nothing at the end of the file.
    func read(upTo limit: Int) throws(Failure) -> [UInt8] {
        var failure: Failure?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            repeat {
                let result = unsafe Glibc.read(descriptor, buffer.baseAddress, limit)
                failure = result < 0 ? Failure(code: errno) : nil
                count = max(0, result)
            } while failure?.code == EINTR
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8]) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written >= 0 {
                offset += written
            } else if errno == EAGAIN {
                try waitUntilWritable()
            } else if errno != EINTR {
                throw Failure(code: errno)
            }
        }
    }

    /// Writes a text; a failure is of no interest (standard error may be closed).
    func say(_ text: String) {
        try? write(Array(text.utf8))
    }

    func close() {
        _ = Glibc.close(descriptor)
    }

    /// Somebody may have handed us a pipe that does not block.
    private func waitUntilWritable() throws(Failure) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&entry, 1, -1) >= 0 || errno == EINTR else { throw Failure(code: errno) }
    }

    private static func opened(_ descriptor: Int32) throws(Failure) -> OpenFile {
        guard descriptor >= 0 else { throw Failure(code: errno) }
        return OpenFile(descriptor: descriptor)
    }
}
