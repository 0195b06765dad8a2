import Raft

/// Decides whether a store that opened without an error is what it was when it was last synced (rule 14): RocksDB
/// opens after losing a synced suffix, and after losing a piece in the middle.
package struct RecoveryCheck: Sendable {
    /// Whether a store was there at all before this start.
    package var storeExisted: Bool
    /// This life of the data directory.
    package var incarnation: UInt64
    package var mark: MarkReading
    /// The files of the write-ahead log as they were before the store was opened.
    package var wal: [WALFile]
    /// One per writer that ever wrote.
    package var writers: [WriterNumbers]

    package init(
        storeExisted: Bool, incarnation: UInt64, mark: MarkReading, wal: [WALFile], writers: [WriterNumbers]
    ) {
        self.storeExisted = storeExisted
        self.incarnation = incarnation
        self.mark = mark
        self.wal = wal
        self.writers = writers
    }

    /// The verdict; the first reason found.
    package var verdict: RecoveryVerdict {
        if isPlanted(.lossAccepted) { return .consistent }
        if let problem = markProblem { return .suspect(problem) }
        guard case .intact(let mark) = mark, mark.incarnation == incarnation else { return .consistent }
        return verdict(against: mark)
    }

    /// What is wrong with the mark itself.
    package var markProblem: SuspectReason? {
        switch mark {
        case .absent: storeExisted ? .markMissing : nil
        case .unreadable: .markUnreadable
        case .intact(let mark):
            storeExisted && mark.incarnation != incarnation ? .markOfAnotherIncarnation(mark.incarnation) : nil
        }
    }

    private func verdict(against mark: SyncMark) -> RecoveryVerdict {
        for synced in mark.wal {
            if let file = wal.first(where: { $0.number == synced.number }) {
                guard file.byteCount >= synced.byteCount else {
                    return .suspect(
                        .walShorter(number: file.number, byteCount: file.byteCount, synced: synced.byteCount))
                }
            } else if wal.contains(where: { $0.number < synced.number }) {
                // Files go oldest first, so an older one that is still there proves a loss.
                return .suspect(.walMissing(number: synced.number))
            }
        }
        for numbers in writers where !numbers.isConsecutive {
            return .suspect(.hole(writer: numbers.writer, greatest: numbers.greatest))
        }
        // Only the log writer's numbers are synced for: the tail of an applier may be lost, a hole may not.
        let found = writers.first { $0.writer == RecoveryCheck.logWriter }?.last ?? 0
        guard found >= mark.number else { return .suspect(.endsShort(found: found, synced: mark.number)) }
        return .consistent
    }

    /// The log writer's place among the writers.
    package static let logWriter: UInt8 = 0
}
