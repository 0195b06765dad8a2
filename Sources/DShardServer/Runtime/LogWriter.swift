import Host
import NIOCore
import Raft
import Storage
import Synchronization

/// The one thread that writes and syncs the log: everything that waits becomes one batch and one sync (rule 10).
final class LogWriter: Sendable {
    private let mailbox = Mailbox<LogWrite>()
    private let store: any LogStore
    private let onDurable: @Sendable (_ tokens: [PersistedReplica], _ writes: Int) -> Void
    private let onFailure: @Sendable (StorageError) -> Void
    /// When the write in progress began, in nanoseconds of steady time; zero while there is none (rule 38).
    private let busySince = Atomic<Int64>(0)
    let syncs = Atomic<UInt64>(0)
    let syncNanoseconds = Atomic<UInt64>(0)
    let bytes = Atomic<UInt64>(0)

    init(
        store: any LogStore,
        onDurable: @escaping @Sendable (_ tokens: [PersistedReplica], _ writes: Int) -> Void,
        onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.store = store
        self.onDurable = onDurable
        self.onFailure = onFailure
    }

    func submit(_ write: LogWrite) { mailbox.send(write) }

    func stop() { mailbox.close() }

    /// How long the oldest unfinished write has been going on, in milliseconds.
    func oldestMilliseconds(now: Instant) -> UInt32 {
        let since = busySince.load(ordering: .relaxed)
        guard since != 0 else { return 0 }
        return UInt32(clamping: (now - Instant(nanoseconds: since)).milliseconds)
    }

    /// The thread's body.
    func run() {
        while let writes = mailbox.takeAll() {
            busySince.store(max(1, SteadyClock.now().nanoseconds), ordering: .relaxed)
            do throws(StorageError) {
                try persist(writes)
            } catch {
                // Nothing after a failed write or sync may be believed: pages may be marked clean (ATC'20).
                onFailure(error)
                return
            }
            busySince.store(0, ordering: .relaxed)
        }
    }

    private func persist(_ writes: [LogWrite]) throws(StorageError) {
        for batch in LogBatch.merged(writes.map(\.batch)) { try store.write(batch) }
        let begin = SteadyClock.now()
        try store.sync {
            onDurable(writes.flatMap(\.tokens), writes.count)
            let took = SteadyClock.now() - begin
            syncs.wrappingAdd(1, ordering: .relaxed)
            syncNanoseconds.wrappingAdd(UInt64(clamping: took.nanoseconds), ordering: .relaxed)
        }
    }
}
