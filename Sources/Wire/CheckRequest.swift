import NIOCore
package import Raft

/// Asks the leader of a shard to compare its replicas now, rows included (rule 39). Answered by a `ShardCheck` once
/// everybody who can be reached has told; changes nothing.
package struct CheckRequest: Hashable, Sendable {
    package var shard: ShardID

    package init(shard: ShardID) { self.shard = shard }
}

extension CheckRequest {
    /// ```
    /// check := shard:u64
    /// ```
    func writeFields(into buffer: inout ByteBuffer) { buffer.writeLittle(shard.rawValue) }

    static func read(_ reader: inout WireReader) throws(WireError) -> CheckRequest {
        CheckRequest(shard: ShardID(try reader.readUInt64()))
    }
}
