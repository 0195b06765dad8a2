import Keyspace
import NIOCore
import Raft
import Storage

extension FuzzTarget {
    /// The small records of the store: any input, behind a byte that chooses, as each of them.
    static let storageRecords = FuzzTarget(name: "storage-records") { input in
        var bytes = input
        let choice = bytes.readInteger(as: UInt8.self) ?? 0
        switch choice % 7 {
        case 0: recode(bytes, isExact: false, { try LogHead.decode($0) }, { $0.encode() })
        case 1: recode(bytes, isExact: true, { try AppliedState.decode($0) }, { $0.encode() })
        case 2: recode(bytes, isExact: true, { try DescriptorRecord.decode($0) }, { DescriptorRecord.encode($0) })
        case 3: checkDataValue(bytes)
        case 4: checkLogKey(bytes)
        case 5: checkShardRecordKey(bytes)
        default: checkTombstone(bytes)
        }
    } seeds: {
        let name = LogName(shard: ShardID(7), replica: ReplicaID(8))
        let head = LogHead(
            hardState: HardState(term: Term(3), vote: ReplicaID(2), commit: LogIndex(5)), truncatedIndex: LogIndex(4),
            truncatedTerm: Term(2))
        let applied = AppliedState(
            appliedIndex: LogIndex(5), appliedTerm: Term(3), baseIndex: LogIndex(1), baseTerm: Term(1),
            lastVersion: Timestamp(9), sessionsCheckpoint: LogIndex(2))
        let records: [(UInt8, [UInt8])] = [
            (0, head.encode()), (0, LogHead().encode()), (1, applied.encode()),
            (2, DescriptorRecord.encode(Samples.jointDescriptor)),
            (3, DataValue.header(version: Timestamp(9)).array + [1, 2]),
            (3, DataValue.header(version: Timestamp(9), expiry: 10).array),
            (4, LogKey.chunk(name, first: LogIndex(9)).array), (4, LogKey.head(name).array),
            (5, ShardRecordKey.descriptor(name.shard).array),
            (5, ShardRecordKey.sessionDelta(name.shard, index: LogIndex(9)).array),
            (6, NodeKey.tombstone(name.shard).array + NodeKey.tombstoneValue(name.replica).array),
        ]
        return records.map { choice, record in ByteBuffer(bytes: [choice] + record) }
    }

    private static func recode<Value: Equatable>(
        _ bytes: ByteBuffer, isExact: Bool, _ decode: (RawSpan) throws -> Value, _ encode: (Value) -> [UInt8]
    ) {
        Check.recode(
            bytes, isExact: isExact, decode: { try decode($0.readableBytesSpan) },
            encode: { ByteBuffer(bytes: encode($0)) }, equal: ==)
    }

    private static func checkDataValue(_ bytes: ByteBuffer) {
        guard let header = try? DataValue.decode(bytes.readableBytesSpan) else { return }
        let written = DataValue.header(version: header.version, expiry: header.expiry).array
        Check.that(written.count == header.valueOffset, "the value's offset is wrong")
        Check.that(bytes.readableBytesView.starts(with: written), "a value's header changes when it is written again")
        _ = bytes.readableBytesSpan.extracting(droppingFirst: header.valueOffset)
    }

    private static func checkLogKey(_ bytes: ByteBuffer) {
        guard let (name, first) = try? LogKey.decode(bytes.readableBytesSpan) else { return }
        let written = first.map { LogKey.chunk(name, first: $0) } ?? LogKey.head(name)
        Check.that(written.array == Array(bytes.readableBytesView), "a log's key changes when it is written again")
    }

    private static func checkShardRecordKey(_ bytes: ByteBuffer) {
        guard let (shard, kind, index) = try? ShardRecordKey.decode(bytes.readableBytesSpan) else { return }
        let written =
            switch kind {
            case .descriptor: ShardRecordKey.descriptor(shard)
            case .appliedState: ShardRecordKey.appliedState(shard)
            case .sessionCheckpoint: ShardRecordKey.sessionCheckpoint(shard)
            case .sessionDelta: ShardRecordKey.sessionDelta(shard, index: index ?? .zero)
            case .replica: ShardRecordKey.replica(shard)
            case .merge: ShardRecordKey.merge(shard)
            }
        Check.that(written.array == Array(bytes.readableBytesView), "a record's key changes when it is written again")
    }

    private static func checkTombstone(_ bytes: ByteBuffer) {
        var value = bytes
        let key = value.readSlice(length: min(9, bytes.readableBytes)) ?? ByteBuffer()
        guard
            let (shard, replica) = try? NodeKey.decodeTombstone(
                key: key.readableBytesSpan, value: value.readableBytesSpan)
        else { return }
        let record =
            NodeKey.decodeAbsorber(value: value.readableBytesSpan).map {
                NodeKey.tombstoneValue(replica, absorbedBy: $0)
            } ?? NodeKey.tombstoneValue(replica)
        let written = NodeKey.tombstone(shard).array + record.array
        Check.that(written == Array(bytes.readableBytesView), "a tombstone changes when it is written again")
    }
}
