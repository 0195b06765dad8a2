package import Keyspace
import NIOCore
package import Raft

/// Asks the leader of a shard to split it, with the rights of the cluster itself (rule 32). Answered by the descriptors
/// of both parts once the split is applied; refused before anything has changed, except for `ambiguous`.
package struct SplitRequest: Hashable, Sendable {
    package var shard: ShardID
    /// The descriptor that the caller looked at; of any other epoch nothing is changed.
    package var epoch: Epoch
    /// The first key of the new shard; internal.
    package var key: Key

    package init(shard: ShardID, epoch: Epoch, key: Key) {
        self.shard = shard
        self.epoch = epoch
        self.key = key
    }
}

extension SplitRequest {
    /// ```
    /// split := shard:u64 version:u64 config:u64 key
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(shard.rawValue, epoch.version, epoch.config, endianness: .little)
        buffer.writeKey(key)
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> SplitRequest {
        let shard = ShardID(try reader.readUInt64())
        let epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
        return SplitRequest(shard: shard, epoch: epoch, key: try reader.readKey())
    }
}
