import Keyspace
import NIOCore
import Raft
import Wire

extension Samples {
    static let report = PlacementReport(
        term: Term(0x01),
        node: PlacementReport.NodeFigures(
            capacityBytes: 0x02, freeBytes: 0x03, isSuspect: true, isUnfitToLead: true, receivingSnapshots: 0x04,
            sendingSnapshots: 0x05),
        shards: [
            PlacementReport.LedShard(
                descriptor: descriptor, leader: ReplicaID(0x06), term: Term(0x07), bytes: 0x08, keys: 0x0C,
                operationsPerSecond: 0x09, laneShare: 0x0D, middleKey: .user([0x0E]), halvingKey: .user([0x0F]),
                others: [
                    PlacementReport.OtherReplica(replica: ReplicaID(0x0A), isNear: true, isSilent: false),
                    PlacementReport.OtherReplica(replica: ReplicaID(0x0B), isNear: false, isSilent: true),
                ]),
            PlacementReport.LedShard(descriptor: descriptor, leader: ReplicaID(0x06), term: Term(0x07)),
        ])

    private static let other = Member(replica: ReplicaID(0x71), node: NodeID(0x72))

    /// One step of each kind, and each kind of end.
    static let operators: [OperatorRecord] = [
        OperatorRecord(
            shard: ShardID(0x11), partner: ShardID(0x12),
            steps: [
                .addLearner(member), .promote(member), .enterJoint(incoming: [member], outgoing: [other]), .leaveJoint,
                .removeReplica(member), .transferLeader(other), .split(.user([0x61])),
                .merge(right: ShardID(0x13), expects: Epoch(version: 0x14, config: 0x15), end: .end),
            ].map {
                OperatorRecord.Step(shard: ShardID(0x16), expects: Epoch(version: 0x17, config: 0x18), action: $0)
            }, priority: 0x19, reason: "why", patienceMilliseconds: 0x1A),
        OperatorRecord(
            shard: ShardID(0x11), steps: [], priority: 0x19, reason: "", patienceMilliseconds: 0x1A,
            end: OperatorRecord.End(operation: 0x1B, failure: nil)),
        OperatorRecord(
            shard: ShardID(0x11), steps: [], priority: 0x19, reason: "", patienceMilliseconds: 0x1A,
            end: OperatorRecord.End(operation: 0x1B, failure: "late")),
    ]

    static let placementRequests: [PlacementRequest] = [
        .status, .operation(of: ShardID(0x81), id: 0x82), .why(ShardID(0x83)),
        .move(ShardID(0x84), from: NodeID(0x85), to: NodeID(0x86)), .transfer(ShardID(0x87), to: NodeID(0x88)),
        .setDuty(NodeID(0x89), .draining), .setReplication(5), .split(at: .user([0x8A])), .merge(ShardID(0x8B)),
    ]

    private static func operation(_ state: OperatorStatus.State) -> OperatorStatus {
        OperatorStatus(
            id: 0x91, shard: ShardID(0x92), priority: "repair", steps: ["a", "b"], done: 1, reason: "c", state: state)
    }

    static let placementAnswers: [PlacementAnswer] = [
        .accepted(operation: 0x93, of: ShardID(0x9B)),
        .status(
            PlacementStatus(
                leader: NodeID(0x94), replication: 3, unevenShards: 0x97,
                nodes: [
                    PlacementStatus.Node(
                        node: NodeID(0x95), duty: .draining, health: .up, leaders: 0x98, replicas: 0x99,
                        departures: 0x9A),
                    PlacementStatus.Node(node: NodeID(0x96), duty: .decommissioning, health: .dead),
                ],
                operators: [operation(.running(waiting: nil)), operation(.running(waiting: "d"))], obstacles: ["e"])),
        .operation(nil), .operation(operation(.done)), .operation(operation(.failed("f"))), .explanation("g"),
    ]
}
