package import Keyspace
package import Raft

extension WireReader {
    /// key := length:u16 bytes. A bound may be one byte longer than the longest key.
    package mutating func readKey() throws(WireError) -> Key {
        Key(try readBytes(limit: KeyLimits.internalKeyBytesMax + 1))
    }

    /// index:u64, of an entry.
    mutating func readIndex() throws(WireError) -> LogIndex { LogIndex(try readUInt64()) }

    /// member := replica:u64 node:u64
    package mutating func readMember() throws(WireError) -> Member {
        Member(replica: ReplicaID(try readUInt64()), node: NodeID(try readUInt64()))
    }

    /// configuration := voters outgoing learners, each count:u32 member*. No voter, or one replica twice in a list, is
    /// an error: quorums count members.
    package mutating func readConfiguration() throws(WireError) -> Configuration {
        let voters = try readMembers()
        guard !voters.isEmpty else { throw .badValue("voters") }
        return Configuration(voters: voters, outgoing: try readMembers(), learners: try readMembers())
    }

    /// descriptor := shard:u64 version:u64 config:u64 nextReplica:u64 start:key end:key configuration
    package mutating func readDescriptor() throws(WireError) -> Descriptor {
        let shard = ShardID(try readUInt64())
        let epoch = Epoch(version: try readUInt64(), config: try readUInt64())
        let nextReplica = ReplicaID(try readUInt64())
        let range = KeyRange(start: try readKey(), end: try readKey())
        guard !range.isEmpty, !range.start.bytes.isEmpty else { throw .badValue("range") }
        let configuration = try readConfiguration()
        return Descriptor(
            shard: shard, range: range, epoch: epoch, configuration: configuration, nextReplica: nextReplica)
    }

    /// nodeAddress := node:u64 incarnation:u64 address:text
    package mutating func readNodeAddress() throws(WireError) -> NodeAddress {
        let node = NodeID(try readUInt64())
        let incarnation = try readUInt64()
        let address = try readText(limit: WireReader.addressBytesMax)
        return NodeAddress(node: node, address: address, incarnation: incarnation)
    }

    /// cluster := high:u64 low:u64
    package mutating func readClusterID() throws(WireError) -> ClusterID {
        ClusterID(high: try readUInt64(), low: try readUInt64())
    }

    /// count:u32 nodeAddress*
    package mutating func readNodeAddresses() throws(WireError) -> [NodeAddress] {
        try readList(elementBytesMin: 18) { (reader) throws(WireError) in try reader.readNodeAddress() }
    }

    /// count:u32 descriptor*
    package mutating func readDescriptors() throws(WireError) -> [Descriptor] {
        try readList(elementBytesMin: WireReader.descriptorBytesMin) { (reader) throws(WireError) in
            try reader.readDescriptor()
        }
    }

    /// node:u64; zero stands for none, since ids start at 1.
    package mutating func readNodeIfAny() throws(WireError) -> NodeID? {
        let node = try readUInt64()
        return node == 0 ? nil : NodeID(node)
    }

    /// Longer than any host name with its port.
    package static let addressBytesMax = 512

    /// Numbers, two empty keys, one voter and the empty lists.
    static let descriptorBytesMin = 32 + 4 + 12 + 16

    /// More members than any configuration has.
    private static let membersMax = 64

    private mutating func readMembers() throws(WireError) -> [Member] {
        let members = try readList(elementBytesMin: 16, limit: WireReader.membersMax) { (reader) throws(WireError) in
            try reader.readMember()
        }
        for (index, member) in members.enumerated() {
            let earlier = members[..<index]
            if earlier.contains(where: { $0.replica == member.replica }) { throw .badValue("member") }
        }
        return members
    }
}
