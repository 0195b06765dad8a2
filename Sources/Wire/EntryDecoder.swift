package import NIOCore
package import Raft

/// Reads entries exactly: an unknown format or kind, a wrong checksum, a byte too many are errors (rule 24). What is
/// inside a batch is read by `CommandBatchView`, at apply.
package enum EntryDecoder {
    /// Takes the next entry from the front of `buffer`. A payload is a slice: it pins the whole buffer.
    package static func decodeEntry(from buffer: inout ByteBuffer) throws(WireError) -> Entry<EncodedEntry> {
        let header = try EntryHeader.read(buffer.readableBytesSpan, at: 0)
        guard let record = buffer.readSlice(length: header.byteCount) else { throw .truncated }
        return Entry(index: header.index, term: header.term, content: try content(of: record, header))
    }

    /// All entries of a chunk, in order. Indexes must be consecutive, and terms never fall.
    package static func decodeChunk(_ chunk: ByteBuffer) throws(WireError) -> [Entry<EncodedEntry>] {
        var rest = chunk
        var entries: [Entry<EncodedEntry>] = []
        while rest.readableBytes > 0 {
            let entry = try decodeEntry(from: &rest)
            if let last = entries.last {
                try EntryDecoder.checkSequence(last.index, last.term, then: entry.index, entry.term)
            }
            entries.append(entry)
        }
        return entries
    }

    /// What a chunk contains, with all that `decodeChunk` checks except the inside of configurations, and without
    /// making entries. An empty chunk is an error.
    package static func scanChunk(_ chunk: ByteBuffer) throws(WireError) -> ChunkSummary {
        let span = chunk.readableBytesSpan
        var position = 0
        var last = try EntryHeader.read(span, at: position)
        var summary = ChunkSummary(firstIndex: last.index, term: last.term)
        position += last.byteCount
        while position < span.byteCount {
            let header = try EntryHeader.read(span, at: position)
            try checkSequence(last.index, last.term, then: header.index, header.term)
            summary.append(index: header.index, term: header.term)
            position += header.byteCount
            last = header
        }
        return summary
    }

    private static func checkSequence(
        _ lastIndex: LogIndex, _ lastTerm: Term, then index: LogIndex, _ term: Term
    ) throws(WireError) {
        guard index > lastIndex, index == lastIndex.next else { throw .badValue("index") }
        guard term >= lastTerm else { throw .badValue("term") }
    }

    private static func content(
        of record: ByteBuffer, _ header: EntryHeader
    ) throws(WireError) -> Entry<EncodedEntry>.Content {
        switch header.kind {
        case .empty: return .empty
        case .batch, .split, .merge, .check: return .payload(EncodedEntry(bytes: record))
        case .configuration:
            var reader = WireReader(record)
            _ = try reader.readSlice(count: EntryLayout.bodyStart)
            let configuration = try reader.readConfiguration()
            try reader.finish()
            return .configuration(configuration)
        }
    }
}
