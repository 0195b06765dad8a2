import class Foundation.Thread
import typealias Foundation.TimeInterval
import Host
import RocksEngine
import Storage
import Synchronization

/// Looks after the store every 100 ms: makes the mark durable (rule 14), reads what RocksDB has no listener for in C
/// (background errors), how far compaction is behind, and how much room the disk has (rule 38).
final class StoreWatch: Sendable {
    private let engine: RocksEngine
    private let directory: DataDirectory
    private let onAdmission: @Sendable (_ admission: Admission, _ refusesAppends: Bool) -> Void
    private let onFatal: @Sendable (_ reason: String, _ isCorrupt: Bool) -> Void
    private let isStopped = Atomic<Bool>(false)
    private let latest = Mutex(EnginePressure())
    private let space = Mutex((free: UInt64(0), capacity: UInt64(0)))

    /// Below this much free space writes that add data are refused: room for logs, deletes and one compaction.
    static let freeBytesMin: UInt64 = 256 << 20
    /// Below this much followers refuse entries too: deletes of a leader may go on until here.
    static let freeBytesForAppends: UInt64 = 96 << 20
    private static let interval: TimeInterval = 0.1
    /// The disk's free space is asked for every so many rounds.
    private static let roundsPerSpaceCheck = 5

    init(
        engine: RocksEngine, directory: DataDirectory,
        onAdmission: @escaping @Sendable (_ admission: Admission, _ refusesAppends: Bool) -> Void,
        onFatal: @escaping @Sendable (_ reason: String, _ isCorrupt: Bool) -> Void
    ) {
        self.engine = engine
        self.directory = directory
        self.onAdmission = onAdmission
        self.onFatal = onFatal
    }

    var pressure: EnginePressure { latest.withLock { $0 } }

    /// The disk as it was half a second ago at most; zero before the first look.
    var diskSpace: (free: UInt64, capacity: UInt64) { space.withLock { $0 } }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// The thread's body.
    func run() {
        var round = 0
        var free = UInt64.max
        var reported = (admission: Admission.open, refusesAppends: false)
        while !isStopped.load(ordering: .relaxed) {
            do {
                try engine.syncMark()
                let pressure = try engine.pressure()
                latest.withLock { $0 = pressure }
                if pressure.backgroundErrors > 0 {
                    return onFatal("RocksDB reports a background error: see db/LOG", false)
                }
                if round % Self.roundsPerSpaceCheck == 0 { free = try checkSpace() }
                let now = (
                    admission: free < Self.freeBytesMin ? .diskFull : Self.admission(pressure),
                    refusesAppends: free < Self.freeBytesForAppends
                )
                if now != reported {
                    reported = now
                    onAdmission(now.admission, now.refusesAppends)
                }
            } catch {
                let isCorrupt = (error as? StorageError)?.consequence == .markNode
                return onFatal("the store cannot be watched: \(error)", isCorrupt)
            }
            round += 1
            Thread.sleep(forTimeInterval: Self.interval)
        }
    }

    /// How much is free; the ballast is given up when writes have to stop, so that deletes and compaction can go on,
    /// and laid up again when there is plenty.
    private func checkSpace() throws -> UInt64 {
        let found = try directory.diskSpace()
        space.withLock { $0 = found }
        let free = found.free
        if free < Self.freeBytesMin {
            guard try directory.freeBallast() > 0 else { return free }
            // Still full: the ballast's room is for what shrinks, not for more writes.
            return free
        }
        if free > 4 * Self.freeBytesMin { _ = try directory.reserveBallast(keepFree: 2 * Self.freeBytesMin) }
        return free
    }

    /// RocksDB's own stalls are set out of reach; the host slows proposals instead, with an answer (rule 38).
    private static func admission(_ pressure: EnginePressure) -> Admission {
        if pressure.levelZeroFiles > 40 {
            return .slow(retryAfterMilliseconds: 50, reason: "compaction is behind: \(pressure.levelZeroFiles) files")
        }
        if pressure.immutableMemtables > 6 {
            return .slow(retryAfterMilliseconds: 20, reason: "flushing is behind")
        }
        if pressure.pendingCompactionBytes > 64 << 30 {
            return .slow(retryAfterMilliseconds: 100, reason: "compaction is behind")
        }
        return .open
    }
}
