import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The system shard's rows of shards as they are in this node's store: perhaps a little old, which is good enough for
/// routes, since every node checks them.
struct ShardRows: Sendable {
    let store: any StateStore

    /// All shards, without their leaders. A row that does not read is left out. Blocks.
    func routes() -> [Route] {
        var routes: [Route] = []
        let range = SystemRow.shards
        do throws(StorageError) {
            let snapshot = try store.snapshot()
            try range.start.bytes.withBytes { (start) throws(StorageError) in
                try range.end.bytes.withBytes { (end) throws(StorageError) in
                    try snapshot.iterate(from: start, to: end, reverse: false) { _, stored in
                        if let descriptor = Self.descriptor(stored) {
                            routes.append(Route(descriptor: descriptor, leader: nil))
                        }
                        return true
                    }
                }
            }
        } catch {
            // A store that does not read shows everywhere else.
            return []
        }
        return routes
    }

    private static func descriptor(_ stored: RawSpan) -> Descriptor? {
        guard let header = try? DataValue.decode(stored) else { return nil }
        var value = ByteBuffer()
        value.writeBytes(stored.extracting(droppingFirst: header.valueOffset))
        return try? SystemRow.decodeDescriptor(value)
    }
}
