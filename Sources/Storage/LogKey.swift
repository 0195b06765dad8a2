package import Raft

/// Keys of the families `log` and `raft`, big-endian.
///
/// ```
/// log  := shard:u64 replica:u64 first:u64   → a chunk: consecutive entries as on the wire
/// raft := shard:u64 replica:u64             → `LogHead`
/// ```
package enum LogKey {
    /// The row of the chunk that starts at `first`.
    package static func chunk(_ name: LogName, first: LogIndex) -> SmallBytes {
        var bytes = head(name)
        bytes.append(bigEndian: first.rawValue)
        return bytes
    }

    /// The row of the log's head.
    package static func head(_ name: LogName) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(bigEndian: name.shard.rawValue)
        bytes.append(bigEndian: name.replica.rawValue)
        return bytes
    }

    /// The chunks of a log: the first possible key, and a key greater than all of them.
    package static func chunks(_ name: LogName) -> (start: SmallBytes, end: SmallBytes) {
        var end = chunk(name, first: LogIndex(.max))
        end.append(0)
        return (head(name), end)
    }

    /// The name in a key of either family, and the first index if it is a chunk's.
    package static func decode(_ key: RawSpan) throws(StorageError) -> (name: LogName, first: LogIndex?) {
        guard key.byteCount == 16 || key.byteCount == 24,
            let shard = key.bigEndian(at: 0, as: UInt64.self), let replica = key.bigEndian(at: 8, as: UInt64.self)
        else { throw .corruption("a log key has \(key.byteCount) bytes") }
        let first = key.bigEndian(at: 16, as: UInt64.self).map { LogIndex($0) }
        return (LogName(shard: ShardID(shard), replica: ReplicaID(replica)), first)
    }
}
