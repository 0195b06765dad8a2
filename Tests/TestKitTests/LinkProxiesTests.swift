import NIOCore
import NIOPosix
import Raft
import TestKit
import Testing
import Wire

/// The network between nodes, with a server that sends everything back instead of a node.
@Suite struct LinkProxiesTests {
    private struct Link {
        var proxies: LinkProxies
        var port: Int
    }

    /// Node 2 echoes; the proxy in front of it is torn down afterwards.
    private func withEcho(_ body: (Link) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let echo = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EchoHandler())
                }
            }
            .bind(host: "127.0.0.1", port: FreePorts.next()).get()
        let proxies = try LinkProxies()
        let port = FreePorts.next()
        try await proxies.listen(for: 2, on: port, forwardingTo: try #require(echo.localAddress?.port))
        do {
            try await body(Link(proxies: proxies, port: port))
        } catch {
            try await proxies.shutDown()
            throw error
        }
        try await proxies.shutDown()
        try await group.shutdownGracefully()
    }

    /// The hello of a node, as it stands at the front of every connection.
    private func hello(of node: UInt64) -> [UInt8] {
        var buffer = ByteBuffer()
        Hello(role: .control, node: NodeID(node)).encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    private func receive(_ count: Int, from connection: borrowing Connection) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try connection.receive()
            if more.isEmpty { break }
            bytes += more
        }
        return bytes
    }

    /// Sends bytes and returns as many that come back.
    private func echo(_ bytes: [UInt8], over connection: borrowing Connection) throws -> [UInt8] {
        guard connection.send(bytes) else { return [] }
        return try receive(bytes.count, from: connection)
    }

    @Test func bytesTravelBothWaysWhateverTheRule() async throws {
        try await withEcho { link in
            let hello = hello(of: 1)
            let connection = try Connection(port: link.port)
            for rule in [LinkRule.open, .sliced, .delayed(milliseconds: 30), .open] {
                try await link.proxies.set([
                    Direction(from: 1, to: 2): rule, Direction(from: 2, to: 1): rule,
                ])
                let start = ContinuousClock.now
                let back = try echo(hello, over: connection)
                #expect(back == hello)
                if rule == .delayed(milliseconds: 30) { #expect(ContinuousClock.now - start >= .milliseconds(60)) }
            }
            #expect(try await link.proxies.byteCount(Direction(from: 1, to: 2)) == 4 * hello.count)
            #expect(try await link.proxies.byteCount(Direction(from: 2, to: 1)) == 4 * hello.count)
        }
    }

    @Test func aCutHoldsOneDirectionOfOnePair() async throws {
        try await withEcho { link in
            try await link.proxies.set([Direction(from: 2, to: 1): .cut])
            let first = try Connection(port: link.port, seconds: 1)
            let third = try Connection(port: link.port)
            let isSent = first.send(hello(of: 1))
            #expect(isSent)
            let back = try echo(hello(of: 3), over: third)
            #expect(back == hello(of: 3))
            // The request arrives, its answer does not.
            while try await link.proxies.byteCount(Direction(from: 1, to: 2)) < hello(of: 1).count {
                try await Task.sleep(for: .milliseconds(5))
            }
            var isSilent = false
            do throws(Connection.Failure) { _ = try first.receive() } catch { isSilent = true }
            #expect(isSilent)
            try await link.proxies.set([:])
            let late = try receive(hello(of: 1).count, from: first)
            #expect(late == hello(of: 1))
        }
    }

    @Test func aResetClosesThePairsConnectionsOnly() async throws {
        try await withEcho { link in
            let first = try Connection(port: link.port)
            let third = try Connection(port: link.port)
            var back = try echo(hello(of: 1), over: first)
            #expect(back == hello(of: 1))
            back = try echo(hello(of: 3), over: third)
            #expect(back == hello(of: 3))
            #expect(try await link.proxies.reset(between: 2, and: 1) == 1)
            let end = try first.receive()
            #expect(end.isEmpty)
            back = try echo([1, 2, 3], over: third)
            #expect(back == [1, 2, 3])
        }
    }

    @Test func whoSpeaksNoHelloIsFromOutside() async throws {
        try await withEcho { link in
            try await link.proxies.set([Direction(from: 1, to: 2): .cut])
            let connection = try Connection(port: link.port)
            let bytes: [UInt8] = [0, 0, 0, 0, 7]
            let back = try echo(bytes, over: connection)
            #expect(back == bytes)
            #expect(try await link.proxies.byteCount(Direction(from: 0, to: 2)) == bytes.count)
        }
    }
}

/// Sends everything back.
private final class EchoHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.writeAndFlush(data, promise: nil) }
}
