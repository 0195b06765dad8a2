import Keyspace
import NIOCore
import Raft

extension NodeStatus {
    /// ```
    /// nodeStatus := node:u64 isReady:u8 address:text reasonCount:u32 text* shardCount:u32 shard* nodeCount:u32 state*
    ///               labels
    /// shard      := role:u8 leader:u64 term:u64 commit:u64 applied:u64 sizeBytes:u64 keys:u64 descriptor
    /// state      := isConnected:u8 heardMillisecondsAgo:u64 nodeAddress
    /// ```
    func write(into buffer: inout ByteBuffer) {
        buffer.writeLittle(node.rawValue)
        buffer.writeBool(isReady)
        buffer.writeText(address, limit: WireReader.addressBytesMax)
        buffer.writeList(reasons) { $0.writeText($1) }
        buffer.writeList(shards) { buffer, shard in
            buffer.writeMultipleIntegers(
                shard.role.rawValue, shard.leader?.rawValue ?? 0, shard.term.rawValue, shard.commit.rawValue,
                shard.applied.rawValue, shard.sizeBytes, shard.keys, endianness: .little)
            buffer.writeDescriptor(shard.descriptor)
        }
        buffer.writeList(nodes) { buffer, state in
            buffer.writeBool(state.isConnected)
            buffer.writeLittle(state.heardMillisecondsAgo)
            buffer.writeNodeAddress(state.address)
        }
        buffer.writeLabels(labels)
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> NodeStatus {
        let node = NodeID(try reader.readUInt64())
        let isReady = try reader.readBool()
        let address = try reader.readText(limit: WireReader.addressBytesMax)
        let reasons = try reader.readList(elementBytesMin: 2) { (reader) throws(WireError) in try reader.readText() }
        let shards = try reader.readList(
            elementBytesMin: 49 + WireReader.descriptorBytesMin
        ) { (reader) throws(WireError) in try ShardStatus.read(&reader) }
        let nodes = try reader.readList(elementBytesMin: 27) { (reader) throws(WireError) in
            let isConnected = try reader.readBool()
            let heard = try reader.readUInt64()
            return NodeState(
                address: try reader.readNodeAddress(), isConnected: isConnected, heardMillisecondsAgo: heard)
        }
        return NodeStatus(
            node: node, address: address, isReady: isReady, reasons: reasons, shards: shards, nodes: nodes,
            labels: try reader.readLabels())
    }
}

extension ShardStatus {
    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> ShardStatus {
        guard let role = Role(rawValue: try reader.readUInt8()) else { throw .badValue("role") }
        let leader = try reader.readNodeIfAny()
        let term = Term(try reader.readUInt64())
        let commit = LogIndex(try reader.readUInt64())
        let applied = LogIndex(try reader.readUInt64())
        let sizeBytes = try reader.readUInt64()
        let keys = try reader.readUInt64()
        return ShardStatus(
            descriptor: try reader.readDescriptor(), role: role, leader: leader, term: term, commit: commit,
            applied: applied, sizeBytes: sizeBytes, keys: keys)
    }
}
