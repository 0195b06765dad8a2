import Synchronization

/// Both seams in memory, with a crash that the caller chooses. Deterministic: the same calls give the same rows, the
/// same running numbers and the same verdict after the same crash. For the simulator and for tests.
package final class MemoryEngine: LogStore, StateStore {
    struct State: Sendable {
        var disk: MemoryDisk
        var table = LogTable()
        /// Set by `close`, by a crash and by an injected failure: no more writes.
        var isClosed = false
        /// Thrown by the next `sync`.
        var syncFailure: StorageError?
        /// Whether `cacheOnly` reads find nothing in memory.
        var isCold = false
        var pressure = EnginePressure()
    }

    let state: Mutex<State>

    /// The life of the data directory that this engine plays.
    package let incarnation: UInt64
    /// The log writer's running number as this engine found it at its start: a peer that has heard a greater one
    /// proves that the disk was rolled back (rule 14).
    package let recoveredNumber: UInt64

    /// An empty store.
    package init(incarnation: UInt64 = 1) {
        self.incarnation = incarnation
        recoveredNumber = 0
        let mark = SyncMark(sequence: 1, incarnation: incarnation, number: 0, wal: [])
        state = Mutex(State(disk: MemoryDisk(rows: MemoryRows(), mark: mark)))
    }

    init(disk: MemoryDisk, incarnation: UInt64) {
        self.incarnation = incarnation
        recoveredNumber = disk.numbers[Int(RecoveryCheck.logWriter)]
        state = Mutex(State(disk: disk))
    }

    /// The next `sync` fails with `error`, and the store takes no more writes after it.
    package func failNextSync(_ error: StorageError) { state.withLock { $0.syncFailure = error } }

    /// Silently makes the row of `key` in family `data` another one, or none: what a disk does behind its checksums.
    package func rot(_ key: [UInt8], to value: [UInt8]?) { state.withLock { $0.disk.rot(key, to: value) } }

    /// Whether point reads with `ReadTier.cacheOnly` answer `wouldBlock`.
    package func setCold(_ isCold: Bool) { state.withLock { $0.isCold = isCold } }

    /// What `pressure` answers from now on.
    package func setPressure(_ pressure: EnginePressure) { state.withLock { $0.pressure = pressure } }

    /// Makes the mark durable, as the runtime does every 100 ms (rule 14).
    package func syncMark() { state.withLock { $0.disk.durableMark = $0.disk.mark } }

    /// The log writer's last running number that a finished sync covers (rule 14).
    package var syncedNumber: UInt64 { state.withLock { $0.disk.mark.number } }

    /// Begins a sync that takes its time: `sync(through:)` ends it.
    package var syncPoint: MemorySyncPoint { state.withLock { $0.disk.syncPoint } }

    /// As `LogStore.sync`; covers everything written so far and moves the mark. Fails once after `failNextSync`.
    package func sync() throws(StorageError) { try sync(through: syncPoint) }

    /// The same for what was written before `point`: a crash meanwhile may take the rest.
    package func sync(through point: MemorySyncPoint) throws(StorageError) {
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            if let failure = state.syncFailure {
                state.isClosed = true
                throw failure
            }
            state.disk.sync(through: point)
        }
    }
}
