import Glibc
package import NIOCore

extension FramedConnection: ChannelInboundHandler {
    /// Bytes as they are read.
    package typealias InboundIn = ByteBuffer
    /// Bytes as they are written.
    package typealias OutboundOut = ByteBuffer

    /// The connection is part of a channel from now on.
    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    /// The channel is gone.
    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// The socket is connected.
    package func channelActive(context: ChannelHandlerContext) { begin(context) }

    /// Bytes of one read.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { received(unwrapInboundIn(data)) }

    /// The end of one read.
    package func channelReadComplete(context: ChannelHandlerContext) {
        if state == .open { owner?.connectionReadComplete(self) }
        watchPartial(context)
    }

    /// The socket takes bytes again, or no more.
    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        bufferedBytes = 0
        if state == .open { owner?.connectionDrained(self) }
    }

    /// The socket reports an error, which is its end.
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(FramedConnection.reason(of: error))
        context.close(promise: nil)
    }

    /// The socket is closed, by whichever side.
    package func channelInactive(context: ChannelHandlerContext) {
        meter.connections -= 1
        finish(.closedByPeer)
    }

    /// A reset or a broken pipe is the other side's doing; what else a socket reports is told as it is.
    private static func reason(of error: any Error) -> CloseReason {
        guard let error = error as? IOError else { return .closedByPeer }
        return switch error.errnoCode {
        case ECONNRESET, EPIPE: .closedByPeer
        default: .failed(errno: error.errnoCode)
        }
    }
}
