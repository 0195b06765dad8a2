import NIOCore
import Raft
import Wire

/// Puts a log together from its chunks as they are found on disk, in the order of their first indexes (rule 13).
struct LogAssembly {
    private let name: LogName
    private let head: LogHead
    private var firsts: [UInt64] = []
    private var runs: [TermRun] = []
    /// The end of the newest chunk.
    private var last: LogIndex

    init(name: LogName, head: LogHead) {
        self.name = name
        self.head = head
        last = head.truncatedIndex
    }

    /// Adds the next chunk; what earlier chunks hold from its first index on was overwritten.
    mutating func add(key: RawSpan, chunk: RawSpan) throws(StorageError) {
        guard let first = try LogKey.decode(key).first else { throw .corruption("\(name): a chunk's key is short") }
        let summary = try LogAssembly.scan(chunk, name, first)
        guard summary.firstIndex == first else {
            throw .corruption("\(name): chunk \(first) starts at \(summary.firstIndex)")
        }
        // A chunk that starts before the truncation point may be the first; none may leave a gap before it.
        guard first <= last.next else { throw .corruption("\(name): entries \(last.next)…\(first.previous) are gone") }
        while let run = runs.last, run.first >= first { runs.removeLast() }
        for run in summary.termRuns {
            guard run.term >= runs.last?.term ?? .zero else { throw .corruption("\(name): the term falls at \(first)") }
            if run.term != runs.last?.term { runs.append(TermRun(first: run.firstIndex, term: run.term)) }
        }
        firsts.append(first.rawValue)
        last = summary.lastIndex
    }

    /// The whole log.
    func finish() throws(StorageError) -> (log: RecoveredLog, extent: LogExtent) {
        guard last >= head.truncatedIndex else {
            throw .corruption("\(name): ends at \(last), before its start \(head.truncatedIndex)")
        }
        // A chunk that reaches over the truncation point still has the entry there.
        if let run = runs.last(where: { $0.first <= head.truncatedIndex }), run.term != head.truncatedTerm {
            throw .corruption("\(name): the truncation point has term \(head.truncatedTerm), its entry \(run.term)")
        }
        let kept = last == head.truncatedIndex ? [] : runs(after: head.truncatedIndex)
        if let first = kept.first, first.term < head.truncatedTerm {
            throw .corruption("\(name): the term falls after the truncation point")
        }
        let log = RecoveredLog(
            hardState: head.hardState, truncatedIndex: head.truncatedIndex, truncatedTerm: head.truncatedTerm,
            termRuns: kept, lastIndex: last)
        return (log, LogExtent(head: head, firsts: firsts, last: last))
    }

    private func runs(after start: LogIndex) -> [TermRun] {
        var kept: [TermRun] = []
        for run in runs {
            if run.first <= start.next { kept.removeAll() }
            kept.append(TermRun(first: max(run.first, start.next), term: run.term))
        }
        return kept
    }

    private static func scan(
        _ chunk: RawSpan, _ name: LogName, _ first: LogIndex
    ) throws(StorageError) -> ChunkSummary {
        var buffer = ByteBuffer()
        buffer.writeBytes(chunk)
        do throws(WireError) {
            return try EntryDecoder.scanChunk(buffer)
        } catch {
            throw StorageError(error, in: "\(name): chunk \(first)")
        }
    }
}
