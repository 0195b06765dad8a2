import Keyspace
import NIOCore
import NIOPosix
import Raft
import Transport
import Wire

@testable import DShardClient

/// Some fake nodes and a client on one loop.
final class FakeCluster: Sendable {
    let nodes: [FakeNode]
    let loop: any EventLoop

    init(_ count: UInt64 = 1) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        nodes = (1...count).map { FakeNode($0, loop: loop) }
        self.loop = loop
        for node in nodes { try await node.start() }
    }

    /// The shard borders and the leader of each shard, told by every node.
    func setRoutes(borders: [String] = [], leaders: [UInt64?] = [1], version: UInt64 = 1) async throws {
        let table = routes(borders: borders, leaders: leaders, version: version)
        for node in nodes { try await node.onLoop { $0.table = table } }
    }

    func routes(borders: [String] = [], leaders: [UInt64?] = [1], version: UInt64 = 1) -> RouteTable {
        let keys = [Key.userStart] + borders.map { Key.user(Array($0.utf8)) } + [.end]
        let voters = nodes.map { Member(replica: ReplicaID($0.id.rawValue), node: $0.id) }
        let routes = (0...borders.count).map { place in
            Route(
                descriptor: Descriptor(
                    shard: ShardID(UInt64(place) + 1), range: KeyRange(start: keys[place], end: keys[place + 1]),
                    epoch: Epoch(version: version, config: 1), configuration: Configuration(voters: voters),
                    nextReplica: ReplicaID(9)),
                leader: leaders[place].map { NodeID($0) })
        }
        return RouteTable(
            routes: routes, nodes: nodes.map { NodeAddress(node: $0.id, address: $0.address, incarnation: 1) },
            clusterMilliseconds: FakeNode.clusterMilliseconds)
    }

    func address(_ node: UInt64) -> NodeAddress {
        NodeAddress(node: NodeID(node), address: nodes[Int(node) - 1].address, incarnation: 1)
    }

    func client(_ change: (inout DShardClient.Configuration) -> Void = { _ in }) -> DShardClient {
        var configuration = DShardClient.Configuration(endpoints: nodes.map(\.address))
        configuration.seed = 1
        change(&configuration)
        return DShardClient(configuration: configuration, eventLoop: loop)
    }

    func stop(_ client: DShardClient) async throws {
        try await client.shutdown()
        for node in nodes { try await node.stop() }
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

/// The writes among requests.
extension [ClientRequest] {
    var writes: [WriteRequest] {
        compactMap { if case .write(let write) = $0.body { write } else { nil } }
    }
}
