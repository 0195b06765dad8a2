import Keyspace
import Raft

/// The checked first part of an entry's record.
struct EntryHeader {
    /// Of the whole record.
    var byteCount: Int
    var kind: Kind
    var term: Term
    var index: LogIndex

    enum Kind {
        case empty
        case batch
        case configuration
        case split
        case merge
        case check
    }

    /// Reads the record at `start`, checks its size and checksum, and knows its kind.
    static func read(_ span: borrowing RawSpan, at start: Int) throws(WireError) -> EntryHeader {
        let available = span.byteCount - start
        guard available >= EntryLayout.checksummedStart else { throw .truncated }
        let length = Int(span.loadUInt32(at: start))
        let byteCount = length + EntryLayout.checksummedStart
        guard byteCount <= KeyLimits.entryBytesMax else {
            throw .tooLarge(limit: KeyLimits.entryBytesMax, actual: byteCount)
        }
        guard byteCount <= available, byteCount >= EntryLayout.bodyStart else { throw .truncated }
        let content = span.extracting((start + EntryLayout.checksummedStart)..<(start + byteCount))
        guard Checksum.crc32c(content) == span.loadUInt32(at: start + 4) else { throw .badChecksum }
        let format = span.loadUInt8(at: start + EntryLayout.formatOffset)
        guard format == EntryLayout.format else { throw .unknownKind(format) }
        let index = LogIndex(span.loadUInt64(at: start + EntryLayout.indexOffset))
        guard index > .zero else { throw .badValue("index") }
        return EntryHeader(
            byteCount: byteCount,
            kind: try kind(span.loadUInt8(at: start + EntryLayout.kindOffset), byteCount: byteCount),
            term: Term(span.loadUInt64(at: start + EntryLayout.termOffset)),
            index: index)
    }

    private static func kind(_ raw: UInt8, byteCount: Int) throws(WireError) -> Kind {
        switch raw {
        case EntryLayout.kindEmpty:
            guard byteCount == EntryLayout.bodyStart else { throw .trailingBytes }
            return .empty
        case EntryLayout.kindBatch:
            guard byteCount >= EntryLayout.commandsStart else { throw .truncated }
            return .batch
        case EntryLayout.kindConfiguration: return .configuration
        case EntryLayout.kindSplit: return .split
        case EntryLayout.mergeKinds: return .merge
        case EntryLayout.kindCheck: return .check
        default: throw .unknownKind(raw)
        }
    }
}
