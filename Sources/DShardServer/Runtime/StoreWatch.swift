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
    private let onAdmission: @Sendable (Admission) -> Void
    private let onFatal: @Sendable (String) -> Void
    private let isStopped = Atomic<Bool>(false)
    private let latest = Mutex(EnginePressure())

    /// Below this much free space writes that add data are refused: room for logs, deletes and one compaction.
    static let freeBytesMin: UInt64 = 256 << 20
    private static let interval: TimeInterval = 0.1
    /// The disk's free space is asked for every so many rounds.
    private static let roundsPerSpaceCheck = 5

    init(
        engine: RocksEngine, directory: DataDirectory, onAdmission: @escaping @Sendable (Admission) -> Void,
        onFatal: @escaping @Sendable (String) -> Void
    ) {
        self.engine = engine
        self.directory = directory
        self.onAdmission = onAdmission
        self.onFatal = onFatal
    }

    var pressure: EnginePressure { latest.withLock { $0 } }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    /// The thread's body.
    func run() {
        var round = 0
        var isFull = false
        var reported = Admission.open
        while !isStopped.load(ordering: .relaxed) {
            do {
                try engine.syncMark()
                let pressure = try engine.pressure()
                latest.withLock { $0 = pressure }
                if pressure.backgroundErrors > 0 { return onFatal("RocksDB reports a background error: see db/LOG") }
                if round % Self.roundsPerSpaceCheck == 0 { isFull = try directory.diskFree() < Self.freeBytesMin }
                let admission = isFull ? Admission.diskFull : Self.admission(pressure)
                if admission != reported {
                    reported = admission
                    onAdmission(admission)
                }
            } catch {
                return onFatal("the store cannot be watched: \(error)")
            }
            round += 1
            Thread.sleep(forTimeInterval: Self.interval)
        }
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
