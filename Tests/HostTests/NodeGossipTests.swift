import Host
import Raft
import Testing
import Wire

/// Control frames carry who belongs to the cluster (rule 36).
@Suite struct NodeGossipTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func host(_ id: UInt64, nodesMax: Int = 100) -> Host {
        var limits = HostLimits()
        limits.nodesMax = nodesMax
        var host = Host(
            node: NodeID(id), boot: 100 + id, incarnation: id, limits: limits, wallMilliseconds: Fixture.start,
            now: start)
        host.setAddresses([address(1), address(2)])
        host.connected(NodeID(3 - id), boot: 100 + 3 - id, isControl: true, now: start)
        return host
    }

    private static func address(_ id: UInt64, incarnation: UInt64? = nil) -> NodeAddress {
        NodeAddress(node: NodeID(id), address: "n:\(id)", incarnation: incarnation ?? id)
    }

    /// The frame that `host` sends to node 2 so many milliseconds after the start.
    private static func frame(_ host: inout Host, after milliseconds: Int64) throws -> ControlFrame {
        let frame = host.controlFrame(to: NodeID(2), now: start + .milliseconds(milliseconds))
        return try #require(frame)
    }

    @Test func newsTravelOnceAndAreRepeatedEachSecond() throws {
        var one = Self.host(1)
        var two = Self.host(2)
        _ = one.controlFrame(to: NodeID(2), now: Self.start)
        let idle = try Self.frame(&one, after: 50)
        #expect(idle.nodes.isEmpty)

        one.learn([Self.address(3)])
        let news = try Self.frame(&one, after: 100)
        #expect(news.nodes.map(\.node) == [NodeID(1), NodeID(2), NodeID(3)])
        let before = two.addressesNumber
        two.receive(news, from: NodeID(1), now: Self.start + .milliseconds(100))
        #expect(two.addresses == one.addresses)
        #expect(two.addressesNumber != before)
        #expect(two.peerNodes == [NodeID(1), NodeID(3)])

        let later = try Self.frame(&one, after: 150)
        #expect(later.nodes.isEmpty)
        let repeated = try Self.frame(&one, after: 1_100)
        #expect(repeated.nodes == one.addresses)
        let number = two.addressesNumber
        two.receive(repeated, from: NodeID(1), now: Self.start + .milliseconds(1_100))
        #expect(two.addressesNumber == number)
    }

    @Test func aNewConnectionHearsEverything() throws {
        var one = Self.host(1)
        _ = one.controlFrame(to: NodeID(2), now: Self.start)
        one.connected(NodeID(2), boot: 102, isControl: true, now: Self.start + .milliseconds(20))
        let first = try Self.frame(&one, after: 20)
        #expect(first.nodes.count == 2)
    }

    @Test func whatIsKnownStaysAndTheNumberIsBounded() {
        var one = Self.host(1, nodesMax: 4)
        one.learn([Self.address(2, incarnation: 99), Self.address(0)])
        #expect(one.addresses == [Self.address(1), Self.address(2)])
        one.learn((3...9).map { Self.address($0) })
        #expect(one.addresses == (1...4).map { Self.address($0) })
    }
}
