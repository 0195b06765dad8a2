package import Keyspace
package import NIOCore
package import Raft

extension EncodedEntry {
    /// Consecutive entries as one chunk of the log (rule 13): without a copy when it is a single payload.
    package static func chunk(_ entries: [Entry<EncodedEntry>]) -> ByteBuffer {
        if entries.count == 1, let only = entries.first { return encode(only) }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(entries.reduce(0) { $0 + $1.byteCount })
        for entry in entries { encode(entry, into: &buffer) }
        return buffer
    }

    /// A version that none of the entry's operations exceeds: the stamp and room for as many operations as its bytes
    /// could hold; of a shard that it absorbs, the greatest version. Nil for other entries.
    package var versionBound: Timestamp? {
        let start = bytes.readerIndex
        if isBarrier, !isPlanted(.mergeLastVersionLost) {
            return bytes.getInteger(at: start + EntryLayout.absorbVersionOffset, endianness: .little, as: UInt64.self)
                .map { Timestamp($0) }
        }
        guard bytes.readableBytes >= EntryLayout.commandsStart,
            bytes.getInteger(at: start + EntryLayout.kindOffset, as: UInt8.self) == EntryLayout.kindBatch,
            let stamp = bytes.getInteger(at: start + EntryLayout.stampOffset, endianness: .little, as: UInt64.self)
        else { return nil }
        return Timestamp(stamp).advanced(by: UInt64(bytes.readableBytes / EntryLayout.operationBytesMin))
    }
}
