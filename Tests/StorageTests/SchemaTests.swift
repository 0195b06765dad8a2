import Keyspace
import Raft
import Storage
import StorageConformance
import Testing

/// The layouts on disk, byte for byte: a change here makes old stores unreadable.
@Suite struct SchemaTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private let descriptor = Descriptor(
        shard: ShardID(5), range: KeyRange(start: Key.user([1]), end: .end), epoch: Epoch(version: 2, config: 3),
        configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(9))]),
        nextReplica: ReplicaID(4))

    private let applied = AppliedState(
        appliedIndex: LogIndex(1), appliedTerm: Term(2), baseIndex: LogIndex(3), baseTerm: Term(4),
        lastVersion: Timestamp(5), sessionsCheckpoint: LogIndex(6), chain: ChainedHash(7))

    private let head = LogHead(
        hardState: HardState(term: Term(1), vote: ReplicaID(2), commit: LogIndex(3)), truncatedIndex: LogIndex(4),
        truncatedTerm: Term(5))

    @Test func values() throws {
        #expect(hex(DataValue.header(version: Timestamp(0x0102)).array) == "01000201000000000000")
        let expiring = DataValue.header(version: Timestamp(1), expiry: 0x0304).array
        #expect(hex(expiring) == "0101" + "0100000000000000" + "0403000000000000")
        let header = try (expiring + [7, 8]).withBytes { (bytes) throws(StorageError) in try DataValue.decode(bytes) }
        #expect(header == DataValue.Header(version: Timestamp(1), expiry: 0x0304, valueOffset: 18))
        let plain = try DataValue.header(version: Timestamp(9)).withBytes { (bytes) throws(StorageError) in
            try DataValue.decode(bytes)
        }
        #expect(plain == DataValue.Header(version: Timestamp(9), expiry: nil, valueOffset: 10))
    }

    @Test func keys() {
        let name = LogName(shard: ShardID(1), replica: ReplicaID(2))
        #expect(hex(ShardRecordKey.descriptor(ShardID(1)).array) == "6c000000000000000101")
        #expect(hex(ShardRecordKey.appliedState(ShardID(1)).array) == "6c000000000000000102")
        #expect(hex(ShardRecordKey.sessionCheckpoint(ShardID(1)).array) == "6c000000000000000103")
        #expect(
            hex(ShardRecordKey.sessionDelta(ShardID(1), index: LogIndex(258)).array)
                == "6c0000000000000001040000000000000102")
        #expect(hex(LogKey.head(name).array) == "00000000000000010000000000000002")
        #expect(hex(LogKey.chunk(name, first: LogIndex(3)).array) == "000000000000000100000000000000020000000000000003")
        #expect(hex(NodeKey.number(writer: 2, 65_537).array) == "01020001")
        #expect(hex(NodeKey.firstNumber(writer: 2).array) == "0202")
        #expect(hex(NodeKey.tombstone(ShardID(7)).array) == "030000000000000007")
        #expect(hex(NodeKey.tombstoneValue(ReplicaID(8)).array) == "010800000000000000")
        let absorbed = NodeKey.tombstoneValue(ReplicaID(8), absorbedBy: ShardID(9))
        #expect(hex(absorbed.array) == "0208000000000000000900000000000000")
        #expect(absorbed.withBytes { NodeKey.decodeAbsorber(value: $0) } == ShardID(9))
        #expect(NodeKey.tombstoneValue(ReplicaID(8)).withBytes { NodeKey.decodeAbsorber(value: $0) } == nil)
        #expect(hex(ShardRecordKey.merge(ShardID(1)).array) == "6c000000000000000106")
        #expect(hex(NodeKey.returning(ShardID(7)).array) == "050000000000000007")
        #expect(hex(ShardRecordKey.replica(ShardID(1)).array) == "6c000000000000000105")
    }

    @Test func records() throws {
        #expect(
            hex(applied.encode())
                == "02010000000000000002000000000000000300000000000000040000000000000005000000000000000600000000000000"
                + "0700000000000000")
        #expect(
            hex(head.encode()) == "010301000000000000000200000000000000030000000000000004000000000000000500000000000000"
        )
        #expect(try applied.encode().withBytes { (b) throws(StorageError) in try AppliedState.decode(b) } == applied)
        #expect(try head.encode().withBytes { (b) throws(StorageError) in try LogHead.decode(b) } == head)
        let replica = ReplicaRecord.encode(ReplicaID(8))
        #expect(hex(replica) == "010800000000000000")
        #expect(try replica.withBytes { (b) throws(StorageError) in try ReplicaRecord.decode(b) } == ReplicaID(8))
        let stored = DescriptorRecord.encode(descriptor)
        #expect(stored[0] == 1)
        #expect(try stored.withBytes { (b) throws(StorageError) in try DescriptorRecord.decode(b) } == descriptor)
    }

    /// A shard's records lie together, between those of its neighbours.
    @Test func aShardsRecordsAreARange() {
        let (start, end) = ShardRecordKey.range(ShardID(5))
        let inside = [
            ShardRecordKey.descriptor(ShardID(5)), ShardRecordKey.sessionDelta(ShardID(5), index: LogIndex(.max)),
        ]
        for key in inside {
            #expect(start.array.lexicographicallyPrecedes(key.array))
            #expect(key.array.lexicographicallyPrecedes(end.array))
        }
        #expect(end.array.lexicographicallyPrecedes(ShardRecordKey.descriptor(ShardID(6)).array))
        #expect(
            ShardRecordKey.sessionDelta(ShardID(4), index: LogIndex(.max)).array.lexicographicallyPrecedes(start.array))
    }

    /// Rule 24: an unknown format or flag stops the replica, whatever follows it.
    @Test func newerFormatsAreUnsupported() {
        for bytes in [[2, 0] + [UInt8](repeating: 0, count: 8), [1, 2] + [UInt8](repeating: 0, count: 8)] as [[UInt8]] {
            #expect(isUnsupported(bytes) { (b) throws(StorageError) in _ = try DataValue.decode(b) })
        }
        #expect(isUnsupported([1]) { (b) throws(StorageError) in _ = try AppliedState.decode(b) })
        #expect(isUnsupported([2]) { (b) throws(StorageError) in _ = try ReplicaRecord.decode(b) })
        #expect(isUnsupported([2]) { (b) throws(StorageError) in _ = try LogHead.decode(b) })
        #expect(isUnsupported([2]) { (b) throws(StorageError) in _ = try DescriptorRecord.decode(b) })
        let key: [UInt8] = [0x6C, 0, 0, 0, 0, 0, 0, 0, 1, 9]
        #expect(isUnsupported(key) { (b) throws(StorageError) in _ = try ShardRecordKey.decode(b) })
    }

    private func isUnsupported(_ bytes: [UInt8], _ decode: (RawSpan) throws(StorageError) -> Void) -> Bool {
        do throws(StorageError) {
            try bytes.withBytes { (b) throws(StorageError) in try decode(b) }
            return false
        } catch {
            if case .unsupported = error { return true }
            return false
        }
    }

    /// No bytes trap, and no length but the right one is accepted.
    @Test func anyBytesDecodeOrThrow() {
        let decoders: [(exact: [UInt8]?, decode: (RawSpan) throws(StorageError) -> Void)] = [
            (nil, { (b) throws(StorageError) in _ = try DataValue.decode(b) }),
            (applied.encode(), { (b) throws(StorageError) in _ = try AppliedState.decode(b) }),
            (ReplicaRecord.encode(ReplicaID(8)), { (b) throws(StorageError) in _ = try ReplicaRecord.decode(b) }),
            (head.encode(), { (b) throws(StorageError) in _ = try LogHead.decode(b) }),
            (DescriptorRecord.encode(descriptor), { (b) throws(StorageError) in _ = try DescriptorRecord.decode(b) }),
            (nil, { (b) throws(StorageError) in _ = try ShardRecordKey.decode(b) }),
            (nil, { (b) throws(StorageError) in _ = try LogKey.decode(b) }),
        ]
        var draw = Draw(seed: 3)
        for (exact, decode) in decoders {
            for length in 0..<(exact.map { $0.count + 4 } ?? 0) {
                let padded = (exact ?? []) + [0, 0, 0, 0]
                let accepted =
                    (try? Array(padded[..<length]).withBytes { (b) throws(StorageError) in try decode(b) }) != nil
                #expect(accepted == (length == exact?.count))
            }
            for _ in 0..<2_000 {
                var bytes = (0..<draw.below(60)).map { _ in UInt8(draw.below(256)) }
                if !bytes.isEmpty, draw.below(2) == 0 { bytes[0] = draw.below(2) == 0 ? 1 : 0x6C }
                _ = try? bytes.withBytes { (b) throws(StorageError) in try decode(b) }
            }
        }
    }
}
