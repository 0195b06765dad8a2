import Keyspace
import NIOCore
import Raft

extension ReplicaRequest {
    /// ```
    /// replicas := shard:u64 version:u64 config:u64 addLearners promote demote remove     each count:u32 id:u64*
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(shard.rawValue, epoch.version, epoch.config, endianness: .little)
        buffer.writeList(change.addLearners) { $0.writeLittle($1.rawValue) }
        for ids in [change.promote, change.demote, change.remove] {
            buffer.writeList(ids) { $0.writeLittle($1.rawValue) }
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> ReplicaRequest {
        let shard = ShardID(try reader.readUInt64())
        let epoch = Epoch(version: try reader.readUInt64(), config: try reader.readUInt64())
        let nodes = try reader.readIDs().map { NodeID($0) }
        let change = ReplicaChange(
            addLearners: nodes, promote: try reader.readReplicas(), demote: try reader.readReplicas(),
            remove: try reader.readReplicas())
        return ReplicaRequest(shard: shard, epoch: epoch, change: change)
    }
}

extension WireReader {
    fileprivate mutating func readIDs() throws(WireError) -> [UInt64] {
        try readList(elementBytesMin: 8, limit: ReplicaChange.namesMax) { (reader) throws(WireError) in
            try reader.readUInt64()
        }
    }

    fileprivate mutating func readReplicas() throws(WireError) -> [ReplicaID] {
        try readIDs().map { ReplicaID($0) }
    }
}
