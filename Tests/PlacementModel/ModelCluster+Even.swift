package import Keyspace
package import Placement
internal import Raft

extension ModelCluster {
    /// A cluster as it is after a long quiet time: `nodes` in `zones`, `shards` of various sizes with one voter in each
    /// zone (or anywhere when there is one zone), the same number on every node of a zone, leaders even too.
    package static func even(nodes: Int, zones: Int, shards: Int, rules: PlacementRules) -> ModelCluster {
        var cluster = ModelCluster(rules: rules)
        for number in 1...nodes {
            cluster.add(
                NodeView(
                    id: NodeID(UInt64(number)), labels: zones > 1 ? ["zone": zone((number - 1) % zones)] : [:],
                    capacity: .gibibytes(2_048), free: .gibibytes(2_048)))
        }
        let voters = rules.replication.rawValue
        var leaders = [Int](repeating: 0, count: nodes + 1)
        for number in 0..<shards {
            let places = (0..<voters).map { turn -> Int in
                if zones == 1 { return (number * voters + turn + number / nodes) % nodes + 1 }
                return inZone(turn % zones, zones, nodes, number, turn / zones)
            }
            let members = places.enumerated().map { turn, node in
                Member(replica: ReplicaID(UInt64(turn + 1)), node: NodeID(UInt64(node)))
            }
            let first = members.min { a, b in
                (leaders[Int(a.node.rawValue)], a.node) < (leaders[Int(b.node.rawValue)], b.node)
            }
            if let first { leaders[Int(first.node.rawValue)] += 1 }
            let range = KeyRange(
                start: number == 0 ? .userStart : border(number), end: number == shards - 1 ? .end : border(number + 1))
            let descriptor = Descriptor(
                shard: ShardID(UInt64(number + 1)), range: range, epoch: Epoch(version: 1, config: 1),
                configuration: Configuration(voters: members), nextReplica: ReplicaID(UInt64(voters + 1)))
            let bytes = ByteCount.mebibytes(UInt64(70 + number &* 2_654_435_761 % 180))
            cluster.add(ModelShard(descriptor: descriptor, leader: first?.replica, bytes: bytes))
        }
        return cluster
    }

    /// Keys in the order of their numbers.
    package static func border(_ number: Int) -> Key {
        let digits = String(number)
        return .user(Array((String(repeating: "0", count: max(0, 9 - digits.count)) + digits).utf8))
    }

    /// The name of a zone.
    package static func zone(_ number: Int) -> String { ["a", "b", "c", "d", "e"][number % 5] }

    private static func inZone(_ zone: Int, _ zones: Int, _ nodes: Int, _ number: Int, _ round: Int) -> Int {
        let size = (nodes - zone + zones - 1) / zones
        // Every `size` shards use each node of the zone once, beside other nodes of the other zones each time.
        return (number + round + number / size * (zone + 1)) % size * zones + zone + 1
    }
}
