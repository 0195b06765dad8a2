import NIOCore
import NIOPosix
import Raft
import Testing
import Wire

@testable import Transport

/// Two nodes on loopback sockets: node 2 dials node 1.
@Suite struct PeerLinksTests {
    /// A node: a listener that hands peers to its links, and a delegate that tells what happens. On one loop.
    // Safe because its links are used on that loop only and the rest never changes.
    final class Peer: ConnectionOwner, PeerLinksDelegate, @unchecked Sendable {
        enum Event: Equatable, Sendable {
            case connected(UInt64, PeerChannel, boot: UInt64)
            case disconnected(UInt64, PeerChannel, closedByPeer: Bool)
            case frame(UInt64, PeerChannel, UInt8)
        }

        let links: PeerLinks
        let events: AsyncStream<Event>
        private let sink: AsyncStream<Event>.Continuation
        private let node: NodeID
        private let boot: UInt64

        init(_ node: UInt64, boot: UInt64 = 1, loop: any EventLoop) {
            self.node = NodeID(node)
            self.boot = boot
            links = PeerLinks(
                node: self.node, hello: Hello(role: .control, node: self.node, incarnation: node, boot: boot), on: loop,
                meter: TransportMeter(), generator: Seeded(state: node))
            (events, sink) = AsyncStream.makeStream()
            links.delegate = self
        }

        func connection(_: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
            HelloReply(outcome: .welcome, node: node, incarnation: node.rawValue, boot: boot)
        }
        func connectionOpened(_ connection: FramedConnection) { links.adopt(connection) }
        func connection(_: FramedConnection, received _: Frame) {}
        func connectionReadComplete(_: FramedConnection) {}
        func connectionClosed(_: FramedConnection, reason _: CloseReason) {}

        func peerConnected(_ node: NodeID, channel: PeerChannel, identity: PeerIdentity) {
            sink.yield(.connected(node.rawValue, channel, boot: identity.boot))
        }
        func peerDisconnected(_ node: NodeID, channel: PeerChannel, closedByPeer: Bool) {
            sink.yield(.disconnected(node.rawValue, channel, closedByPeer: closedByPeer))
        }
        func peer(_ node: NodeID, channel: PeerChannel, received frame: Frame) {
            sink.yield(.frame(node.rawValue, channel, frame.kind))
        }
        func peerReadComplete(_: NodeID, channel _: PeerChannel) {}

        func listen(port: Int = 0) async throws -> Listener {
            try await Listener.bind(
                Address(host: "127.0.0.1", port: port), on: links.loop, owner: self, meter: TransportMeter()
            ).get()
        }

        func update(_ node: UInt64, port: Int) async throws {
            try await links.loop.submit {
                self.links.update([
                    NodeAddress(node: NodeID(node), address: "127.0.0.1:\(port)", incarnation: node)
                ])
            }.get()
        }

        /// The next `count` events, in an order that does not depend on the two sockets.
        func next(_ count: Int) async -> [Event] {
            var found: [Event] = []
            for await event in events {
                found.append(event)
                if found.count == count { break }
            }
            return found.sorted { "\($0)" < "\($1)" }
        }

        func close() async throws { try await links.loop.submit { self.links.close() }.get() }
    }

    @Test func theGreaterIdDialsAndFramesFlow() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (one, two) = (Peer(1, loop: loop), Peer(2, boot: 22, loop: loop))
        let listener = try await one.listen()
        try await one.update(2, port: 1)
        try await two.update(1, port: listener.port)
        #expect(await one.next(2) == [.connected(2, .bulk, boot: 22), .connected(2, .control, boot: 22)])
        #expect(await two.next(2) == [.connected(1, .bulk, boot: 1), .connected(1, .control, boot: 1)])
        try await loop.submit {
            #expect(one.links.isConnected(NodeID(2)))
            #expect(one.links.send(Frames.frame(.peer, kind: 5, count: 3), to: NodeID(2), channel: .control))
            #expect(two.links.send(Frames.frame(.peer, kind: 6, count: 3), to: NodeID(1), channel: .bulk))
            #expect(!two.links.send(Frames.frame(.peer, kind: 6, count: 3), to: NodeID(3), channel: .bulk))
            one.links.flushAll()
            two.links.flushAll()
        }.get()
        #expect(await two.next(1) == [.frame(1, .control, 5)])
        #expect(await one.next(1) == [.frame(2, .bulk, 6)])
        try await two.close()
        #expect(
            await one.next(2) == [
                .disconnected(2, .bulk, closedByPeer: true), .disconnected(2, .control, closedByPeer: true),
            ])
        #expect(
            await two.next(2) == [
                .disconnected(1, .bulk, closedByPeer: false), .disconnected(1, .control, closedByPeer: false),
            ])
        try await one.close()
        try await listener.close().get()
    }

    @Test func itDialsAgainWhenTheListenerComesBack() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (one, two) = (Peer(1, loop: loop), Peer(2, loop: loop))
        let listener = try await one.listen()
        try await two.update(1, port: listener.port)
        _ = await two.next(2)
        let port = listener.port
        try await listener.close().get()
        try await one.close()
        #expect(
            await two.next(2) == [
                .disconnected(1, .bulk, closedByPeer: true), .disconnected(1, .control, closedByPeer: true),
            ])
        let again = Peer(1, boot: 2, loop: loop)
        let second = try await again.listen(port: port)
        #expect(await two.next(2) == [.connected(1, .bulk, boot: 2), .connected(1, .control, boot: 2)])
        try await two.close()
        try await again.close()
        try await second.close().get()
    }

    @Test func aNewerConnectionReplacesTheOlder() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (one, two, other) = (Peer(1, loop: loop), Peer(2, loop: loop), Peer(2, boot: 3, loop: loop))
        let listener = try await one.listen()
        try await two.update(1, port: listener.port)
        _ = await one.next(2)
        _ = await two.next(2)
        // Two processes with one id would replace each other for ever.
        try await loop.submit { two.links.peers[0].address = nil }.get()
        try await other.update(1, port: listener.port)
        #expect(
            await one.next(4) == [
                .connected(2, .bulk, boot: 3), .connected(2, .control, boot: 3),
                .disconnected(2, .bulk, closedByPeer: false), .disconnected(2, .control, closedByPeer: false),
            ])
        try await two.close()
        try await other.close()
        try await one.close()
        try await listener.close().get()
    }

    @Test func whoIsNoLongerListedIsDisconnected() async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let (one, two) = (Peer(1, loop: loop), Peer(2, loop: loop))
        let listener = try await one.listen()
        try await two.update(1, port: listener.port)
        _ = await two.next(2)
        try await loop.submit { two.links.update([]) }.get()
        #expect(
            await two.next(2) == [
                .disconnected(1, .bulk, closedByPeer: false), .disconnected(1, .control, closedByPeer: false),
            ])
        try await two.close()
        try await one.close()
        try await listener.close().get()
    }
}
