import Synchronization

extension MemoryEngine {
    /// Ends this engine; what survives `mode` comes back as a new one, with the verdict that a start would reach
    /// (rule 14). Every later call of this engine throws `closed`.
    package func crash(_ mode: CrashMode) throws(StorageError) -> (engine: MemoryEngine, verdict: RecoveryVerdict) {
        let disk = state.withLock { state in
            state.isClosed = true
            return state.disk
        }
        let mark = mode == .processDies ? disk.mark : disk.durableMark
        return try MemoryEngine.open(disk.survivors(of: mode), mark: mark, incarnation: incarnation)
    }

    /// A clean stop and start: everything is synced, the mark too.
    package func restart() throws(StorageError) -> (engine: MemoryEngine, verdict: RecoveryVerdict) {
        try sync()
        syncMark()
        return try crash(.processDies)
    }

    /// An end that takes no more writes, as a closed store.
    package func close() { state.withLock { $0.isClosed = true } }

    private static func open(
        _ rows: MemoryRows, mark: SyncMark, incarnation: UInt64
    ) throws(StorageError) -> (engine: MemoryEngine, verdict: RecoveryVerdict) {
        let writers = try RecoveryCheck.numbers(in: rows)
        let check = RecoveryCheck(
            storeExisted: true, incarnation: incarnation, mark: .intact(mark), wal: [], writers: writers)
        let verdict = check.verdict
        var disk = MemoryDisk(rows: rows, mark: mark)
        for numbers in writers { disk.numbers[Int(numbers.writer)] = numbers.last }
        if case .suspect = verdict {
            disk = MemoryDisk(rows: MemoryEngine.restartNumbers(rows, check), mark: mark)
            for numbers in check.restartedNumbers() { disk.numbers[Int(numbers.writer)] = numbers.first &- 1 }
        }
        return (MemoryEngine(disk: disk, incarnation: incarnation), verdict)
    }

    private static func restartNumbers(_ rows: MemoryRows, _ check: RecoveryCheck) -> MemoryRows {
        var rows = rows
        rows.apply([.deleteRange(.node, from: [NodeKey.numberSpace], to: [NodeKey.numberSpace + 1])])
        for numbers in check.restartedNumbers() {
            var value: [UInt8] = []
            value.append(littleEndian: numbers.first)
            rows.apply([.put(.node, key: NodeKey.firstNumber(writer: numbers.writer).array, value: value)])
        }
        return rows
    }
}
