/// Collects bytes and writes them in large pieces.
struct OutputBuffer: ~Copyable {
    private let file: OpenFile
    private let flushBytes: Int
    private var bytes: [UInt8] = []

    /// Writes to `file` whenever more than `flushBytes` are waiting.
    init(_ file: OpenFile, flushBytes: Int = 256 << 10) {
        self.file = file
        self.flushBytes = flushBytes
        bytes.reserveCapacity(flushBytes + (64 << 10))
    }

    /// Lets `body` append; writes when enough has come together.
    mutating func append(_ body: (inout [UInt8]) -> Void) throws(OpenFile.Failure) {
        body(&bytes)
        if bytes.count >= flushBytes { try flush() }
    }

    /// Writes what is waiting.
    mutating func flush() throws(OpenFile.Failure) {
        guard !bytes.isEmpty else { return }
        try file.write(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
