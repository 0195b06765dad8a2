import NIOCore
import NIOPosix

/// The network between nodes: each node is reached through a port of this process, which forwards to its own, and
/// does to the bytes between two nodes what the rules say. Who dials is known from the first frame of a connection.
package final class LinkProxies: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let table = LinkTable()
    private let registry: NIOLoopBound<ProxyRegistry>

    /// A network without a way into it yet, in which everything travels.
    package init() throws {
        let loop = group.next()
        registry = try loop.submit { NIOLoopBound(ProxyRegistry(), eventLoop: loop) }.wait()
    }

    /// Connections to `port` reach `node` at `target`, from now on.
    package func listen(for node: Int, on port: Int, forwardingTo target: Int) async throws {
        let (table, registry) = (table, registry)
        _ = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = ProxyConnection(
                        front: channel, node: node, target: target, table: table, registry: registry.value)
                    try channel.pipeline.syncOperations.addHandler(ProxyFront(connection))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port).get()
    }

    /// Replaces all rules; a direction that is not named is open. Returns when they hold.
    package func set(_ rules: [Direction: LinkRule]) async throws {
        table.replace(with: rules)
        let registry = registry
        try await group.next().submit { registry.value.wake() }.get()
    }

    /// Resets every connection between the two nodes, whoever has dialled; returns how many there were.
    package func reset(between first: Int, and second: Int) async throws -> Int {
        let registry = registry
        return try await group.next().submit { registry.value.reset(between: first, and: second) }.get()
    }

    /// Bytes that were forwarded in a direction so far.
    package func byteCount(_ direction: Direction) async throws -> Int {
        let registry = registry
        return try await group.next().submit { registry.value.byteCounts[direction, default: 0] }.get()
    }

    /// Closes everything.
    package func shutDown() async throws { try await group.shutdownGracefully() }
}
