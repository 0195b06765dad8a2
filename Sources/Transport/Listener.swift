package import NIOCore
import NIOPosix

/// A bound port: accepts connections and gives each to the owner, on the loop it was bound with.
package final class Listener: Sendable {
    /// The most connections that may be open at once; more are closed as they come.
    package static let defaultConnectionsMax = 10_000

    private let channel: any Channel

    private init(channel: any Channel) { self.channel = channel }

    /// The port that is listened on; the chosen one when port 0 was asked for.
    package var port: Int { channel.localAddress?.port ?? 0 }

    /// Binds `address`. Connections live on `loop`, which also calls `owner` and owns `meter`.
    /// Fails with `ListenError`.
    package static func bind(
        _ address: Address, on loop: any EventLoop, owner: any ConnectionOwner, meter: TransportMeter,
        limits: ConnectionLimits = ConnectionLimits(), connectionsMax: Int = Listener.defaultConnectionsMax
    ) -> EventLoopFuture<Listener> {
        let accept = Acceptor(owner: owner, meter: meter, limits: limits, connectionsMax: connectionsMax)
        return ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.recvAllocator, value: ChannelSetup.readBuffers)
            .childChannelInitializer { accept.initialize($0) }
            .bind(host: address.host, port: address.port)
            .map { Listener(channel: $0) }
            .flatMapErrorThrowing { throw ListenError(address, $0) }
    }

    /// Stops accepting; connections that are open stay.
    package func close() -> EventLoopFuture<Void> {
        channel.close().flatMapErrorThrowing { error in
            guard case ChannelError.alreadyClosed = error else { throw error }
        }
    }
}
