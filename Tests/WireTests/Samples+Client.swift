import Keyspace
import NIOCore
import Raft
import Wire

extension Samples {
    static let route = RouteStamp(shard: ShardID(0x21), version: 0x22)

    static func write() throws -> WriteRequest {
        let list = try operations()
        return WriteRequest(
            route: route, session: 0x23, sequence: 0x24, doneBelow: 0x25, issuedAt: 0x26,
            operationCount: UInt32(list.count), operations: list.bytes, isForwarded: true)
    }

    static let splitRequest = SplitRequest(
        shard: ShardID(0x33), epoch: Epoch(version: 0x34, config: 0x35), key: .user([0x6D]))

    static let mergeRequest = MergeRequest(
        shard: ShardID(0x91), epoch: Epoch(version: 0x92, config: 0x93), right: ShardID(0x94),
        rightEpoch: Epoch(version: 0x95, config: 0x96))

    static let split = SplitCommand(
        epoch: Epoch(version: 0x36, config: 0x37), key: .user([0x6D]), child: ShardID(0x38), first: NodeID(0x39))

    static func requests() throws -> [ClientRequest] {
        let bodies: [ClientRequest.Body] =
            [
                .write(try write()),
                .get(
                    GetRequest(
                        route: route, consistency: .stale(maxMilliseconds: 0x27),
                        keys: try KeyList([.user([0x61]), .user([0x62, 0x63])]))),
                .get(GetRequest(route: route, consistency: .linearizable, keys: try KeyList([.user([0x61])]))),
                .scan(
                    ScanRequest(
                        route: route, consistency: .follower, start: .user([]), end: .end, isReverse: true,
                        keysOnly: true,
                        rowLimit: 0x28, byteLimit: 0x29)),
                .routes(RoutesRequest(key: .user([0x61]), includesSystem: false)),
                .routes(RoutesRequest(includesSystem: true)),
                .status,
                .replicas(replicaRequest),
                .split(splitRequest),
            ] + placementRequests.map { .placement($0) }
        return (bodies + [.merge(mergeRequest), .check(CheckRequest(shard: ShardID(0x91)))]).map {
            ClientRequest(id: 0x31, timeoutMilliseconds: 0x32, body: $0)
        }
    }

    static let outcomes: [OperationOutcome] = [
        .put(version: Timestamp(0x41)), .deleted(existed: true, version: Timestamp(0x42)),
        .deleted(existed: false, version: Timestamp(0x43)), .swapped(version: Timestamp(0x44)),
        .conditionFalse(current: Timestamp(0x45)), .conditionFalse(current: nil),
    ]

    static let errors: [RequestError] = [
        .notLeader(hint: node), .notLeader(hint: nil), .epochMismatch([descriptor, jointDescriptor]),
        .busy(retryAfterMilliseconds: 0x51, reason: "full"), .notApplied, .ambiguous, .sessionExpired,
        .tooStale(leader: NodeID(0x52)), .tooStale(leader: nil), .invalidRequest("no"), .unauthorized, .diskFull,
        .unavailable("starts"), .deadlineExceeded, .shardStopped,
    ]

    static func values() -> ValueList {
        var list = ValueList()
        list.append(version: Timestamp(0x61), value: [0x76, 0x77])
        list.appendAbsent()
        list.append(version: Timestamp(0x62), value: [])
        return list
    }

    static func page() -> ScanPage {
        var page = ScanPage(resume: .user([0x63]))
        let key = ByteBuffer(bytes: [2, 0x61])
        let value = ByteBuffer(bytes: [0x76, 0x77])
        page.append(key: key.readableBytesSpan, value: value.readableBytesSpan, version: Timestamp(0x63))
        page.append(key: key.readableBytesSpan, value: ByteBuffer().readableBytesSpan, version: Timestamp(0x64))
        return page
    }

    static let table = RouteTable(
        routes: [Route(descriptor: descriptor, leader: NodeID(0x0B)), Route(descriptor: jointDescriptor, leader: nil)],
        nodes: [node], clusterMilliseconds: 0x65)

    static let status = NodeStatus(
        node: NodeID(0x71), address: "n:1", isReady: false, reasons: ["no quorum"],
        shards: [
            ShardStatus(
                descriptor: descriptor, role: .learner, leader: NodeID(0x72), term: Term(0x73), commit: LogIndex(0x74),
                applied: LogIndex(0x75), sizeBytes: 0x76, keys: 0x77)
        ],
        nodes: [NodeState(address: node, isConnected: true, heardMillisecondsAgo: .max)])

    static func responses() -> [ClientResponse] {
        let bodies: [ClientResponse.Body] =
            [
                .written(.one(outcomes[0])), .written(.many(outcomes)), .values(values()), .page(page()),
                .page(ScanPage()), .routes(table), .status(status),
            ] + errors.map { .failure($0) }
            + [.descriptor(jointDescriptor), .descriptors([descriptor, jointDescriptor])]
            + placementAnswers.map { .placement($0) } + [.checked(shardCheck)]
        return bodies.map { ClientResponse(id: 0x31, body: $0) }
    }
}
