import Glibc
import Storage
import Synchronization

/// The file `MARK`: written after every sync without waiting, made durable from time to time (rule 14).
final class MarkFile: Sendable {
    private let path: String
    private let file: Int32
    private let newest: Mutex<SyncMark>

    /// Opens the mark in `directory`. `found` is what it said at start; a new one is written durably, so that a store
    /// without a mark is always one that lost it.
    init(directory: String, incarnation: UInt64, found: MarkReading) throws(FileError) {
        path = directory + "/MARK"
        switch found {
        case .intact(let mark) where mark.incarnation == incarnation:
            newest = Mutex(mark)
            file = try MarkFile.open(path)
        case .absent, .unreadable, .intact:
            let mark = SyncMark(sequence: 2, incarnation: incarnation, number: 0, wal: [])
            let unused = [UInt8](repeating: 0, count: SyncMark.slotBytes)
            try Files.replace("MARK", in: directory, with: mark.encode() + unused)
            newest = Mutex(mark)
            file = try MarkFile.open(path)
        }
    }

    deinit { close(file) }

    /// The log writer's last running number that a finished sync covers.
    var number: UInt64 { newest.withLock { $0.number } }

    /// Writes the next mark into the other slot. A mark never goes down.
    func write(number: UInt64, wal: [WALFile]) throws(FileError) {
        try newest.withLock { (newest) throws(FileError) in
            guard number >= newest.number else { return }
            let mark = SyncMark(
                sequence: newest.sequence &+ 1, incarnation: newest.incarnation, number: number, wal: wal)
            try Files.write(mark.encode(), to: file, at: mark.slot * SyncMark.slotBytes, path)
            newest = mark
        }
    }

    /// Makes the newest mark durable.
    func sync() throws(FileError) {
        guard fdatasync(file) == 0 else { throw FileError("fdatasync", path) }
    }

    private static func open(_ path: String) throws(FileError) -> Int32 {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError("open", path) }
        return file
    }
}
