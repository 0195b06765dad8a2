import Glibc

/// An open file whose content is put back. Closes itself.
struct DiskFile: ~Copyable {
    private let descriptor: Int32
    let path: String

    init(_ path: String) throws(FaultyDisk.Failure) {
        descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw FaultyDisk.Failure("open", path) }
    }

    deinit { close(descriptor) }

    /// In bytes.
    func size() throws(FaultyDisk.Failure) -> UInt64 {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FaultyDisk.Failure("stat", path) }
        return UInt64(status.st_size)
    }

    /// The bytes of `range`, fewer at the end of the file.
    func read(_ range: Range<UInt64>) throws(FaultyDisk.Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let count = unsafe pread(descriptor, &bytes, bytes.count, Int(range.lowerBound))
        guard count >= 0 else { throw FaultyDisk.Failure("read", path) }
        return Array(bytes.prefix(count))
    }

    func write(_ bytes: some Collection<UInt8>, at offset: UInt64) throws(FaultyDisk.Failure) {
        let bytes = Array(bytes)
        guard unsafe pwrite(descriptor, bytes, bytes.count, Int(offset)) == bytes.count else {
            throw FaultyDisk.Failure("write", path)
        }
    }

    func resize(to size: UInt64) throws(FaultyDisk.Failure) {
        guard ftruncate(descriptor, Int(size)) == 0 else { throw FaultyDisk.Failure("truncate", path) }
    }
}
