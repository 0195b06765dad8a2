import Keyspace
import Raft
import Testing

@testable import TestKit

/// What the comparison of disks at the end of chaos calls a mistake.
@Suite struct StoreComparisonTests {
    private static func shard(
        _ id: UInt64, _ start: Key, _ end: Key, on nodes: [UInt64] = [1, 2], config: UInt64 = 1
    ) -> Descriptor {
        let voters = nodes.map { Member(replica: ReplicaID($0), node: NodeID($0)) }
        return Descriptor(
            shard: ShardID(id), range: KeyRange(start: start, end: end), epoch: Epoch(version: 1, config: config),
            configuration: Configuration(voters: voters), nextReplica: ReplicaID(9))
    }

    private static let border = Key.user([5])
    private static let left = shard(2, KeyRange.user.start, border)
    private static let right = shard(3, border, KeyRange.user.end)

    private static func row(_ byte: UInt8) -> [UInt8] { [Key.userSpace, byte] }

    private static func problems(_ first: StoredShards, _ second: StoredShards) -> [String] {
        StoreComparison([(node: 1, store: first), (node: 2, store: second)]).problems
    }

    private let whole = StoredShards(
        shards: [left, right], rows: [row(1): [1], row(7): [2]])

    @Test func equalStoresThatTileAreSound() {
        #expect(Self.problems(whole, whole).isEmpty)
    }

    @Test func oneRowThatDiffersIsFound() {
        let other = StoredShards(shards: [Self.left, Self.right], rows: [Self.row(1): [1], Self.row(7): [3]])
        #expect(Self.problems(whole, other) == ["shard 3: node 2 differs from node 1 in 1 rows: \u{7}"])
    }

    @Test func oneRowThatIsMissingIsFound() {
        let other = StoredShards(shards: [Self.left, Self.right], rows: [Self.row(7): [2]])
        #expect(Self.problems(whole, other) == ["shard 2: node 2 differs from node 1 in 1 rows: \u{1}"])
    }

    @Test func aReplicaThatIsMissingAndWhatItLeftBehindAreFound() {
        let other = StoredShards(shards: [Self.left], rows: [Self.row(1): [1], Self.row(7): [2]])
        #expect(
            Self.problems(whole, other)
                == ["shard 3 is on [1], not on [1, 2]", "node 2 has 1 rows of no replica: \u{7}"])
    }

    @Test func anOlderDescriptorIsFound() {
        let newer = Self.shard(3, Self.border, KeyRange.user.end, config: 2)
        let other = StoredShards(shards: [Self.left, newer], rows: [Self.row(1): [1], Self.row(7): [2]])
        #expect(Self.problems(whole, other) == ["node 1 has an older shard 3"])
    }

    @Test func aHoleInTheKeyspaceIsFound() {
        let alone = StoredShards(shards: [Self.left], rows: [Self.row(1): [1]])
        let found = Self.problems(alone, alone)
        #expect(found.count == 1 && found[0].hasPrefix("no shard from"))
    }
}
