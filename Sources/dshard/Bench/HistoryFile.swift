/// Writes a history. Owned by the event loop that runs the clients.
final class HistoryFile {
    private var bytes: [UInt8] = []
    private let file: OpenFile
    /// Why the file is not whole; nothing is written after it.
    private(set) var failure: OpenFile.Failure?

    private static let flushBytes = 1 << 20

    init(_ file: OpenFile) { self.file = file }

    func append(_ record: HistoryRecord) {
        bytes.append(contentsOf: record.line)
        if bytes.count >= HistoryFile.flushBytes { flush() }
    }

    /// Writes what is waiting and closes the file.
    func finish() {
        flush()
        file.close()
    }

    private func flush() {
        guard failure == nil, !bytes.isEmpty else { return }
        do throws(OpenFile.Failure) {
            try file.write(bytes)
        } catch {
            failure = error
        }
        bytes.removeAll(keepingCapacity: true)
    }
}
