import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct RecordTests {
    @Test func bootstrapRecordComesBack() throws {
        #expect(try BootstrapRecord.decode(Samples.record.encode()) == Samples.record)
    }

    /// The counter of shard ids begins above the greatest one.
    @Test func aBootstrapRecordLeavesAnID() throws {
        var record = Samples.record
        record.descriptors[0].shard = ShardID(.max)
        #expect(throws: WireError.badValue("no shard id is left")) { try BootstrapRecord.decode(record.encode()) }
    }

    @Test func everyFlippedBitOfABootstrapRecordIsSeen() {
        let record = Samples.record.encode()
        for bit in 0..<(record.readableBytes * 8) {
            var bytes = Array(record.readableBytesView)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: WireError.badChecksum) { try BootstrapRecord.decode(ByteBuffer(bytes: bytes)) }
        }
    }

    @Test func nodeRowsComeBackAndAreTheSameBytesEachTime() throws {
        var labels: [String: String] = [:]
        for number in 0..<50 { labels["label\(number)"] = "\(number)" }
        let record = NodeRecord(address: "a:1", incarnation: 9, labels: labels)
        let value = SystemRow.encode(record)
        #expect(try SystemRow.decodeNode(value) == record)
        var reversed: [String: String] = [:]
        for number in (0..<50).reversed() { reversed["label\(number)"] = "\(number)" }
        #expect(SystemRow.encode(NodeRecord(address: "a:1", incarnation: 9, labels: reversed)) == value)
    }

    @Test func labelsOutOfOrderAreErrors() {
        let value = bytes("01 0900000000000000 0000 02000000 0100 62 0000 0100 61 0000")
        #expect(throws: WireError.badValue("label")) { try SystemRow.decodeNode(value) }
        let twice = bytes("01 0900000000000000 0000 02000000 0100 61 0000 0100 61 0000")
        #expect(throws: WireError.badValue("label")) { try SystemRow.decodeNode(twice) }
    }

    @Test func shardRowsComeBack() throws {
        let value = SystemRow.encode(Samples.jointDescriptor)
        #expect(try SystemRow.decodeDescriptor(value) == Samples.jointDescriptor)
        var future = value
        future.setInteger(UInt8(2), at: 0)
        #expect(throws: WireError.unknownKind(2)) { try SystemRow.decodeDescriptor(future) }
    }

    @Test func rowKeysAreFoundAgain() {
        let node = SystemRow.key(of: NodeID(12))
        #expect(node == .system("nodes/12"))
        #expect(SystemRow.nodes.contains(node))
        #expect(SystemRow.node(of: node) == NodeID(12))
        #expect(SystemRow.node(of: .system("nodes/")) == nil)
        #expect(SystemRow.node(of: .system("nodes/+1")) == nil)
        #expect(SystemRow.node(of: .system("nodes/99999999999999999999")) == nil)
        let start = Key.user([0, 0xFF])
        let shard = SystemRow.key(ofShardAt: start)
        #expect(SystemRow.shards.contains(shard))
        #expect(!SystemRow.nodes.contains(shard))
        #expect(SystemRow.shardStart(of: shard) == start)
        #expect(SystemRow.shardStart(of: node) == nil)
    }

    @Test func keysOfOperatorsNameTheirShard() {
        #expect(SystemRow.shard(ofOperator: SystemRow.key(ofOperatorOf: ShardID(12))) == ShardID(12))
        for key in [Key.system("operators/"), .system("operators/x"), SystemRow.key(ofDutyOf: NodeID(1))] {
            #expect(SystemRow.shard(ofOperator: key) == nil)
        }
    }

    @Test func rowsOfShardsAreInKeyOrder() {
        let rows = [Key.systemStart, .userStart, .user([0x61]), .user([0xFF])].map { SystemRow.key(ofShardAt: $0) }
        #expect(rows == rows.sorted())
    }

    /// A bound longer than any stored key is cut without changing its place among them.
    @Test func longBoundsKeepTheirPlace() throws {
        let limit = KeyLimits.keyBytesMax
        let longest = Key.user([UInt8](repeating: 7, count: limit))
        for bound in [longest, longest.successor, Key.user([UInt8](repeating: 7, count: 70_000))] {
            var buffer = ByteBuffer()
            buffer.writeKey(bound)
            var reader = WireReader(buffer)
            let read = try reader.readKey()
            for key in [longest, Key.user([UInt8](repeating: 7, count: limit - 1)), .user([8])] {
                #expect((key < read) == (key < bound))
            }
        }
    }

    @Test func longTextsAreCutBetweenCharacters() throws {
        var buffer = ByteBuffer()
        buffer.writeText(String(repeating: "€", count: 30_000))
        var reader = WireReader(buffer)
        #expect(try reader.readText() == String(repeating: "€", count: 65_535 / 3))
        #expect(reader.remaining == 0)
    }
}
