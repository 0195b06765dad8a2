import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Shards, entries and commands for the tests.
enum Fixture {
    /// When the tests' story begins, in milliseconds since 1970.
    static let start: UInt64 = 1_700_000_000_000
    static let window: UInt64 = 600_000

    /// The shard number `position`, with a replica on each of `nodes`, which its voters are listed from in turn.
    static func descriptor(_ position: Int, nodes: Int = 3) -> Descriptor {
        let voters = (0..<nodes).map { offset in
            let node = UInt64((position + offset) % nodes + 1)
            return Member(replica: ReplicaID(node), node: NodeID(node))
        }
        return Descriptor(
            shard: ShardID(UInt64(position + 2)),
            range: KeyRange(start: .user([UInt8(position)]), end: .user([UInt8(position + 1)])),
            epoch: Epoch(version: 1, config: 1), configuration: Configuration(voters: voters),
            nextReplica: ReplicaID(UInt64(nodes + 1)))
    }

    /// The key number `key` of a shard.
    static func key(_ shard: Int, _ key: Int) -> Key { .user([UInt8(shard), UInt8(key)]) }

    /// The first state of a shard.
    static var firstState: AppliedState {
        AppliedState(
            appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero,
            lastVersion: Timestamp(milliseconds: start - 1), sessionsCheckpoint: .zero)
    }

    /// Writes the first state of the shards.
    static func create(_ descriptors: [Descriptor], in engine: MemoryEngine) throws {
        let batch = engine.makeBatch()
        for descriptor in descriptors {
            Rows.put(
                ShardRecordKey.descriptor(descriptor.shard).array, DescriptorRecord.encode(descriptor), batch)
            Rows.put(ShardRecordKey.appliedState(descriptor.shard).array, firstState.encode(), batch)
        }
        try engine.write(batch, writer: 1)
        try engine.sync()
    }

    static func operations(_ build: (inout OperationList) throws -> Void) rethrows -> OperationList {
        var list = OperationList()
        try build(&list)
        return list
    }

    /// An entry of these commands.
    static func entry(
        index: UInt64, term: UInt64 = 1, stamp: Timestamp, epochVersion: UInt64 = 1,
        _ commands: [(header: CommandHeader, operations: OperationList)]
    ) throws -> Entry<EncodedEntry> {
        var builder = CommandBatchBuilder()
        for (header, operations) in commands {
            let summary = try OperationsValidator.validate(
                operations.bytes.readableBytesSpan, count: UInt32(operations.count))
            builder.append(
                header, operations: operations.bytes, operationCount: operations.count, reads: summary.reads)
        }
        let encoded = builder.finish(
            term: Term(term), index: LogIndex(index), stamp: stamp, epochVersion: epochVersion)
        return Entry(index: LogIndex(index), term: Term(term), content: .payload(encoded))
    }
}
