import NIOCore
package import Raft

/// What memory knows of one log: its head and where its chunks start. Eight bytes per chunk.
///
/// A chunk is valid from its first index up to the next chunk's first − 1, the last one up to `last` (rule 13).
///
/// Invariants:
/// - `firsts` ascends strictly, and the first chunk's valid end lies beyond `head.truncatedIndex`;
/// - without chunks `last` is `head.truncatedIndex`, else `last` ≥ the last chunk's first;
/// - every index in (`head.truncatedIndex`, `last`] lies in exactly one chunk's valid part.
package struct LogExtent: Hashable, Sendable {
    /// The row of family `raft`: the hard state, and where the log starts.
    package private(set) var head: LogHead
    /// First indexes of the chunks, as on disk.
    package private(set) var firsts: [UInt64]
    /// The end of the log, inclusive.
    package private(set) var last: LogIndex

    /// The extent of a log as found on disk; the caller sees to the invariants. `last` defaults to an empty log's.
    package init(head: LogHead = LogHead(), firsts: [UInt64] = [], last: LogIndex? = nil) {
        self.head = head
        self.firsts = firsts
        self.last = last ?? head.truncatedIndex
    }

    /// The part of a chunk that counts.
    package struct Part: Hashable, Sendable {
        /// The chunk's first index: its key.
        package var first: LogIndex
        /// The last index that counts, inclusive.
        package var through: LogIndex

        package init(first: LogIndex, through: LogIndex) {
            self.first = first
            self.through = through
        }
    }

    /// The chunks that hold `from` … `through`, in order; empty when `from` lies beyond the end.
    package func parts(from: LogIndex, through: LogIndex) -> [Part] {
        let end = min(through, last)
        guard from > head.truncatedIndex, from <= end, let start = position(holding: from) else { return [] }
        var parts: [Part] = []
        for position in start..<firsts.count where firsts[position] <= end.rawValue {
            parts.append(Part(first: LogIndex(firsts[position]), through: min(end, validEnd(position))))
        }
        return parts
    }

    private func validEnd(_ position: Int) -> LogIndex {
        position + 1 < firsts.count ? LogIndex(firsts[position + 1]).previous : last
    }

    /// The last chunk that starts at or before `index`.
    private func position(holding index: LogIndex) -> Int? {
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = low + (high - low) / 2
            if firsts[middle] <= index.rawValue { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }

    /// Adds a chunk; removes every chunk that starts after it, in the same batch.
    mutating func append(_ append: LogAppend, into sink: inout some RowSink) throws(StorageError) {
        guard append.chunk.readableBytes > 0, append.first <= append.last, append.first > head.truncatedIndex,
            append.first <= last.next
        else {
            throw .misuse("\(append.name): append \(append.first)…\(append.last) to (\(head.truncatedIndex), \(last)]")
        }
        while let first = firsts.last, first >= append.first.rawValue {
            firsts.removeLast()
            if first > append.first.rawValue, !isPlanted(.staleChunkTail) {
                deleteChunk(append.name, first, into: &sink)
            }
        }
        LogKey.chunk(append.name, first: append.first).withBytes { key in
            sink.put(.log, key: key, value: append.chunk.readableBytesSpan)
        }
        firsts.append(append.first.rawValue)
        last = append.last
    }

    /// Moves the start of the log; removes the chunks that end at or before it.
    mutating func truncate(_ truncation: LogTruncation, into sink: inout some RowSink) {
        guard truncation.through > head.truncatedIndex else { return }
        var obsolete = 0
        while obsolete < firsts.count, validEnd(obsolete) <= truncation.through { obsolete += 1 }
        for first in firsts[..<obsolete] { deleteChunk(truncation.name, first, into: &sink) }
        firsts.removeFirst(obsolete)
        last = max(last, truncation.through)
        head.truncatedIndex = truncation.through
        head.truncatedTerm = truncation.term
        putHead(truncation.name, into: &sink)
    }

    /// Empties the log at a point that may lie before, in or beyond it.
    mutating func reset(_ truncation: LogTruncation, into sink: inout some RowSink) {
        for first in firsts { deleteChunk(truncation.name, first, into: &sink) }
        firsts.removeAll()
        last = truncation.through
        head.truncatedIndex = truncation.through
        head.truncatedTerm = truncation.term
        putHead(truncation.name, into: &sink)
    }

    /// Replaces the hard state and keeps the start of the log.
    mutating func store(_ record: HardStateRecord, into sink: inout some RowSink) {
        head.hardState = record.hardState
        putHead(record.name, into: &sink)
    }

    private func deleteChunk(_ name: LogName, _ first: UInt64, into sink: inout some RowSink) {
        LogKey.chunk(name, first: LogIndex(first)).withBytes { sink.delete(.log, key: $0) }
    }

    private func putHead(_ name: LogName, into sink: inout some RowSink) {
        let record = head.encode()
        LogKey.head(name).withBytes { key in record.withBytes { sink.put(.raft, key: key, value: $0) } }
    }
}
