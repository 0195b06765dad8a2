package import Keyspace
import NIOCore
package import Raft

/// Asks the leader of a shard to absorb its right neighbour, with the rights of the cluster itself (rule 33). Answered
/// by the descriptor that covers both once that is applied; refused before anything has changed, or with everything as
/// it was, except for `ambiguous`.
package struct MergeRequest: Hashable, Sendable {
    package var shard: ShardID
    /// The descriptor that the caller looked at; of any other epoch nothing is changed.
    package var epoch: Epoch
    /// The neighbour whose first key is the shard's end.
    package var right: ShardID
    /// The same of the neighbour.
    package var rightEpoch: Epoch

    package init(shard: ShardID, epoch: Epoch, right: ShardID, rightEpoch: Epoch) {
        self.shard = shard
        self.epoch = epoch
        self.right = right
        self.rightEpoch = rightEpoch
    }
}

extension MergeRequest {
    /// ```
    /// merge := shard:u64 version:u64 config:u64 right:u64 rightVersion:u64 rightConfig:u64
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            shard.rawValue, epoch.version, epoch.config, right.rawValue, rightEpoch.version, rightEpoch.config,
            endianness: .little)
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> MergeRequest {
        MergeRequest(
            shard: ShardID(try reader.readUInt64()), epoch: try reader.readEpoch(),
            right: ShardID(try reader.readUInt64()), rightEpoch: try reader.readEpoch())
    }
}
