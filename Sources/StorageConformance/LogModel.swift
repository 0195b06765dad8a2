package import Raft
package import Storage
package import Wire

/// A log as a plain array: the oracle for overwrites and truncations (rule 13).
package struct LogModel {
    /// The index and term before the first entry.
    package private(set) var start: UInt64 = 0
    /// The term of the entry at `start`.
    package private(set) var startTerm: UInt64 = 0
    /// The entries after `start`, consecutive, each with its term.
    package private(set) var entries: [(term: UInt64, bytes: EncodedEntry)] = []
    private var marks: UInt64 = 0

    package init() {}

    /// The end of the log.
    package var last: UInt64 { start + UInt64(entries.count) }

    /// The terms of the entries.
    package var termRuns: [TermRun] {
        var runs: [TermRun] = []
        for (offset, entry) in entries.enumerated() where entry.term != runs.last?.term.rawValue {
            runs.append(TermRun(first: LogIndex(start + 1 + UInt64(offset)), term: Term(entry.term)))
        }
        return runs
    }

    /// Draws one to three changes, makes them here, and returns them as a batch.
    package mutating func change(_ name: LogName, _ draw: inout Draw) -> LogBatch {
        var batch = LogBatch()
        if draw.below(25) == 0 { batch.resets.append(reset(name, &draw)) }
        if draw.below(25) == 0 { batch.bases.append(rebase(name, &draw)) }
        for _ in 0..<(1 + draw.below(2)) { batch.appends.append(append(name, &draw)) }
        if draw.below(3) == 0 { batch.truncations.append(truncate(name, &draw)) }
        return batch
    }

    private mutating func append(_ name: LogName, _ draw: inout Draw) -> LogAppend {
        // Mostly at the end; at times over what is there.
        let kept = draw.below(3) == 0 ? draw.below(entries.count + 1) : entries.count
        entries.removeLast(entries.count - kept)
        let first = start + 1 + UInt64(kept)
        let floor = entries.last?.term ?? startTerm
        let term = floor + UInt64(draw.below(4) == 0 ? 1 : 0)
        var added: [EncodedEntry] = []
        for offset in 0..<UInt64(1 + draw.below(8)) {
            marks += 1
            let entry = TestEntries.entry(first + offset, term: term, mark: marks, bytes: draw.below(60))
            added.append(entry)
            entries.append((term, entry))
        }
        return TestEntries.append(name, first: first, added)
    }

    private mutating func truncate(_ name: LogName, _ draw: inout Draw) -> LogTruncation {
        let count = draw.below(entries.count + 1)
        if count > 0 { startTerm = entries[count - 1].term }
        entries.removeFirst(count)
        start += UInt64(count)
        return LogChecks.truncation(start, term: startTerm, name)
    }

    /// As a truncation, but at times beyond the end.
    private mutating func rebase(_ name: LogName, _ draw: inout Draw) -> LogTruncation {
        guard draw.below(3) == 0 else { return truncate(name, &draw) }
        startTerm = entries.last?.term ?? startTerm
        start = last + UInt64(draw.below(10))
        entries.removeAll()
        return LogChecks.truncation(start, term: startTerm, name)
    }

    private mutating func reset(_ name: LogName, _ draw: inout Draw) -> LogTruncation {
        startTerm = (entries.last?.term ?? startTerm) + 1
        start = start + UInt64(draw.below(entries.count + 10))
        entries.removeAll()
        return LogChecks.truncation(start, term: startTerm, name)
    }
}
