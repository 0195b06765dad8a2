import NIOCore

/// Turns accepted sockets into connections.
///
/// Safe because it is used on the listener's loop only; what it holds belongs to that loop.
final class Acceptor: @unchecked Sendable {
    private let owner: any ConnectionOwner
    private let meter: TransportMeter
    private let limits: ConnectionLimits
    private let connectionsMax: Int

    init(owner: any ConnectionOwner, meter: TransportMeter, limits: ConnectionLimits, connectionsMax: Int) {
        self.owner = owner
        self.meter = meter
        self.limits = limits
        self.connectionsMax = connectionsMax
    }

    /// Fails, and so closes the socket, when too many connections are open.
    func initialize(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.assertInEventLoop()
        guard meter.connections < connectionsMax else {
            meter.counters.turnedAway += 1
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        let connection = FramedConnection(side: .server, owner: owner, limits: limits, meter: meter)
        return ChannelSetup.configure(channel, connection)
    }
}
