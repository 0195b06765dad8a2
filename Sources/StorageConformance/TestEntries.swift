import Keyspace
import NIOCore
package import Raft
package import Storage
package import Wire

/// Entries that can be told apart, for tests of logs.
package enum TestEntries {
    /// A batch entry whose stamp is `mark` and whose one command has `bytes` of operations.
    package static func entry(_ index: UInt64, term: UInt64, mark: UInt64 = 0, bytes: Int = 8) -> EncodedEntry {
        var builder = CommandBatchBuilder()
        let operations = ByteBuffer(repeating: UInt8(truncatingIfNeeded: mark), count: bytes)
        builder.append(CommandHeader(), operations: operations, operationCount: 1, reads: false)
        return builder.finish(
            term: Term(term), index: LogIndex(index), stamp: Timestamp(mark), epochVersion: 1)
    }

    /// An append of consecutive entries; not empty.
    package static func append(_ name: LogName, first: UInt64, _ entries: [EncodedEntry]) -> LogAppend {
        var chunk = ByteBuffer()
        for entry in entries { chunk.writeImmutableBuffer(entry.bytes) }
        return LogAppend(
            shard: name.shard, replica: name.replica, first: LogIndex(first),
            last: LogIndex(first + UInt64(entries.count) - 1), chunk: chunk)
    }

    /// An append of `count` entries of one term.
    package static func append(
        _ name: LogName, _ range: ClosedRange<UInt64>, term: UInt64, bytes: Int = 8
    ) -> LogAppend {
        append(
            name, first: range.lowerBound, range.map { entry($0, term: term, mark: $0 * 1_000 + term, bytes: bytes) })
    }

    /// The encoded payloads, for comparison.
    package static func payloads(_ entries: [Entry<EncodedEntry>]) -> [EncodedEntry] {
        entries.compactMap { entry in
            guard case .payload(let payload) = entry.content else { return nil }
            return payload
        }
    }
}
