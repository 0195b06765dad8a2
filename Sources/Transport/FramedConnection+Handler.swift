package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension FramedConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    package func channelActive(context: ChannelHandlerContext) { begin(context) }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) { received(unwrapInboundIn(data)) }

    package func channelReadComplete(context: ChannelHandlerContext) {
        if state == .open { owner?.connectionReadComplete(self) }
        watchPartial(context)
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { bufferedBytes = 0 }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(FramedConnection.reason(of: error))
        context.close(promise: nil)
    }

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
