import Keyspace
import Raft
import Routing
import Testing
import Wire

/// Rule 35 for the map; hints, failures and turns for the nodes.
@Suite struct RouterTests {
    static let start = Instant(nanoseconds: 0)

    static func descriptor(
        _ shard: UInt64, _ start: Key = .userStart, _ end: Key = .end, version: UInt64 = 1, nodes: [UInt64] = [1, 2, 3]
    ) -> Descriptor {
        let voters = nodes.map { Member(replica: ReplicaID($0), node: NodeID($0)) }
        return Descriptor(
            shard: ShardID(shard), range: KeyRange(start: start, end: end), epoch: Epoch(version: version, config: 1),
            configuration: Configuration(voters: voters), nextReplica: ReplicaID(9))
    }

    static func address(_ node: UInt64) -> NodeAddress {
        NodeAddress(node: NodeID(node), address: "10.0.0.\(node):7400", incarnation: node)
    }

    static func router(leader: UInt64? = 1) -> Router {
        var router = Router(failurePause: .milliseconds(500))
        router.absorb(
            RouteTable(
                routes: [Route(descriptor: descriptor(1), leader: leader.map { NodeID($0) })],
                nodes: [address(3), address(1), address(2)], clusterMilliseconds: 1))
        return router
    }

    static func route(_ router: inout Router, _ text: String, at now: Instant = start) -> RouteDecision {
        let key = Key.user(Array(text.utf8))
        return unsafe router.route(key.bytes.span.bytes, at: now)
    }

    static let stamp = RouteStamp(shard: ShardID(1), version: 1)

    @Test func anEmptyRouterAsks() {
        var router = Router()
        #expect(Self.route(&router, "a") == .lookup)
    }

    @Test func theLeaderIsAsked() {
        var router = Self.router(leader: 2)
        for _ in 0..<3 { #expect(Self.route(&router, "a") == .send(to: NodeID(2), Self.stamp)) }
        #expect(router.nodes.map(\.node.rawValue) == [1, 2, 3])
    }

    /// The error alone mends the route, and a new shard is looked for where the old one was led.
    @Test func bothPartsOfASplitAreFoundAtOnce() {
        var router = Self.router(leader: 3)
        let border = Key.user(Array("m".utf8))
        let isNew = router.absorb([
            Self.descriptor(1, .userStart, border, version: 2), Self.descriptor(5, border, .end, version: 2),
        ])
        #expect(isNew)
        #expect(Self.route(&router, "a") == .send(to: NodeID(3), RouteStamp(shard: ShardID(1), version: 2)))
        #expect(Self.route(&router, "m") == .send(to: NodeID(3), RouteStamp(shard: ShardID(5), version: 2)))
        // An old word changes nothing.
        let isNews = router.absorb([Self.descriptor(1)])
        #expect(!isNews)
    }

    @Test func withoutALeaderTheReplicasTakeTurns() {
        var router = Self.router(leader: nil)
        let asked = (0..<4).map { _ in Self.route(&router, "a") }
        #expect(asked == [1, 2, 3, 1].map { RouteDecision.send(to: NodeID($0), Self.stamp) })
    }

    @Test func aHintIsFollowedAndAFailedHintIsNot() {
        var router = Self.router(leader: 1)
        let isNew = router.notLeader(ShardID(1), said: NodeID(1), hint: Self.address(3), at: Self.start)
        #expect(isNew)
        #expect(Self.route(&router, "a") == .send(to: NodeID(3), Self.stamp))
        router.nodeFailed(NodeID(2), at: Self.start)
        for hint: UInt64 in [2, 3] {
            let isUseful = router.notLeader(ShardID(1), said: NodeID(3), hint: Self.address(hint), at: Self.start)
            #expect(!isUseful)
        }
        #expect(Self.route(&router, "a") == .send(to: NodeID(1), Self.stamp))
    }

    @Test func aFailedNodeIsPassedOverForAWhile() {
        var router = Self.router(leader: 1)
        router.nodeFailed(NodeID(1), at: Self.start)
        #expect(Self.route(&router, "a") == .send(to: NodeID(2), Self.stamp))
        router.nodeFailed(NodeID(2), at: Self.start)
        router.nodeFailed(NodeID(3), at: Self.start)
        #expect(Self.route(&router, "a") == .lookup)
        let later = Self.start + .milliseconds(500)
        #expect(Self.route(&router, "a", at: later) != .lookup)
        router.nodeReached(NodeID(3))
        #expect(Self.route(&router, "a") == .send(to: NodeID(3), Self.stamp))
    }

    /// Rule 35: of two overlapping descriptors the greater version counts, in whatever order they arrive.
    @Test func aSplitReplacesItsParent() {
        var router = Self.router(leader: 1)
        let border = Key.user(Array("m".utf8))
        let parts = [Self.descriptor(1, .userStart, border, version: 2), Self.descriptor(7, border, version: 2)]
        let changes = [router.absorb(parts), router.absorb([Self.descriptor(1)])]
        #expect(changes == [true, false])
        #expect(Self.route(&router, "a") == .send(to: NodeID(1), RouteStamp(shard: ShardID(1), version: 2)))
        #expect(Self.route(&router, "m") == .send(to: NodeID(1), RouteStamp(shard: ShardID(7), version: 2)))
        let least = Key.userStart.bytes
        let first = unsafe router.shard(of: least.span.bytes)
        #expect(first?.end == border)
        #expect(router.shard(below: .end)?.start == border)
        #expect(router.shard(below: border)?.start == .userStart)
    }

    @Test func aKeyOutsideEveryShardIsLookedUp() {
        var router = Router()
        let border = Key.user(Array("m".utf8))
        router.absorb([Self.descriptor(7, border)])
        #expect(Self.route(&router, "a") == .lookup)
        #expect(router.shard(below: border) == nil)
    }

    @Test func aNewLeaderOfTheSameDescriptorCounts() {
        var router = Self.router(leader: 1)
        router.absorb(
            RouteTable(
                routes: [Route(descriptor: Self.descriptor(1), leader: NodeID(3))], nodes: [], clusterMilliseconds: 1))
        #expect(Self.route(&router, "a") == .send(to: NodeID(3), Self.stamp))
        // A table without a word about the leader does not take the known one away.
        router.absorb(
            RouteTable(routes: [Route(descriptor: Self.descriptor(1), leader: nil)], nodes: [], clusterMilliseconds: 1))
        #expect(Self.route(&router, "a") == .send(to: NodeID(3), Self.stamp))
    }
}
