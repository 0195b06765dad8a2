package import Keyspace
import NIOCore
package import Raft
package import Storage
package import Wire

/// The first state of a cluster: which shards there are, and the rows of the system shard that say so.
package enum Bootstrap {
    /// The system shard's id; user shards count from the next.
    package static let systemShard = ShardID(1)

    /// The bootstrap record of a new cluster: one shard for the system keyspace, and the user keyspace cut at
    /// `borders`; every shard has a replica on every one of `nodes`.
    package static func record(
        cluster: ClusterID, nodes: [NodeAddress], borders: [Key], createdMilliseconds: UInt64
    ) -> BootstrapRecord {
        var descriptors = [descriptor(shard: systemShard, range: .system, nodes: nodes, leader: 0)]
        let edges = [Key.userStart] + borders + [Key.end]
        for position in 0..<(edges.count - 1) {
            descriptors.append(
                descriptor(
                    shard: ShardID(systemShard.rawValue + 1 + UInt64(position)),
                    range: KeyRange(start: edges[position], end: edges[position + 1]), nodes: nodes, leader: position))
        }
        return BootstrapRecord(
            cluster: cluster, nodes: nodes, descriptors: descriptors, createdMilliseconds: createdMilliseconds)
    }

    /// Voters are listed from a different node in each shard, so that first campaigns, which go by that order,
    /// spread the leaders.
    private static func descriptor(
        shard: ShardID, range: KeyRange, nodes: [NodeAddress], leader: Int
    ) -> Descriptor {
        var voters: [Member] = []
        for offset in nodes.indices {
            let position = (leader + offset) % nodes.count
            voters.append(Member(replica: ReplicaID(UInt64(position + 1)), node: nodes[position].node))
        }
        return Descriptor(
            shard: shard, range: range, epoch: Epoch(version: 1, config: 1),
            configuration: Configuration(voters: voters), nextReplica: ReplicaID(UInt64(nodes.count + 1)))
    }

    /// Writes the first state of this node's replicas: one atomic batch, the same on every node but for which
    /// shards have a replica here.
    package static func create(_ record: BootstrapRecord, node: NodeID, in store: any StateStore) throws(StorageError) {
        let batch = store.makeBatch()
        let first = AppliedState(
            appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero,
            lastVersion: Timestamp(milliseconds: record.createdMilliseconds), sessionsCheckpoint: .zero)
        for descriptor in record.descriptors {
            guard let member = descriptor.configuration.members.first(where: { $0.node == node }) else { continue }
            put(
                ShardRecordKey.replica(descriptor.shard).array,
                ByteBuffer(bytes: ReplicaRecord.encode(member.replica)), batch)
            put(
                ShardRecordKey.descriptor(descriptor.shard).array,
                ByteBuffer(bytes: DescriptorRecord.encode(descriptor)), batch)
            put(ShardRecordKey.appliedState(descriptor.shard).array, ByteBuffer(bytes: first.encode()), batch)
            if descriptor.shard == systemShard { putRows(record, first.lastVersion, batch) }
        }
        try store.write(batch, writer: 1)
        try store.sync()
    }

    private static func putRows(_ record: BootstrapRecord, _ version: Timestamp, _ batch: any StateBatch) {
        for node in record.nodes {
            let row = NodeRecord(address: node.address, incarnation: node.incarnation)
            putValue(SystemRow.key(of: node.node), SystemRow.encode(row), version, batch)
        }
        let greatest = record.descriptors.map(\.shard).max() ?? systemShard
        putValue(SystemRow.shardCounter, SystemRow.encode(counter: greatest.rawValue + 1), version, batch)
        for descriptor in record.descriptors {
            putValue(SystemRow.key(ofShardAt: descriptor.range.start), SystemRow.encode(descriptor), version, batch)
        }
    }

    private static func put(_ key: [UInt8], _ value: ByteBuffer, _ batch: any StateBatch) {
        key.withBytes { batch.put($0, header: value.readableBytesSpan, value: RawSpan()) }
    }

    private static func putValue(_ key: Key, _ value: ByteBuffer, _ version: Timestamp, _ batch: any StateBatch) {
        let header = DataValue.header(version: version)
        key.bytes.withBytes { key in
            header.withBytes { batch.put(key, header: $0, value: value.readableBytesSpan) }
        }
    }
}
