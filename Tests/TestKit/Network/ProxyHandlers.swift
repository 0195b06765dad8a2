import NIOCore

/// Hands what a dialler sends to its connection.
final class ProxyFront: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ProxyConnection

    init(_ connection: ProxyConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection.receive(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { connection.frontClosed() }

    func channelWritabilityChanged(context: ChannelHandlerContext) { connection.wake() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Hands what a node sends to its connection.
final class ProxyBack: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ProxyConnection

    init(_ connection: ProxyConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { connection.receiveBack(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { connection.backClosed() }

    func channelWritabilityChanged(context: ChannelHandlerContext) { connection.wake() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
