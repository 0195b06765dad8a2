import NIOCore
import Wire

extension FramedConnection {
    /// The socket is connected: the dialling side speaks first.
    func begin(_ context: ChannelHandlerContext) {
        meter.connections += 1
        remoteAddress = context.remoteAddress?.ipAddress ?? ""
        let loop = context.eventLoop
        helloTimer = loop.scheduleTask(in: limits.helloTimeout) { self.close(reason: .helloTimeout) }
        guard case .client(let hello) = side else { return }
        var frame = ByteBuffer()
        hello.encode(into: &frame)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    /// The first frame of the other side.
    func receivedHandshake(_ frame: Frame) throws(WireError) {
        switch side {
        case .server: accept(try Hello.decode(frame))
        case .client: concluded(try HelloReply.decode(frame))
        }
    }

    private func accept(_ hello: Hello) {
        guard let owner, let context else { return }
        let reply = owner.connection(self, hello: hello, remoteAddress: remoteAddress)
        guard state == .handshake else { return }
        var frame = ByteBuffer()
        reply.encode(into: &frame)
        guard case .welcome = reply.outcome else {
            finish(.refused)
            // The socket is closed only after the refusal has left: it says what to do.
            context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in self.context?.close(promise: nil) }
            return
        }
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
        role = hello.role
        peer = PeerIdentity(hello)
        opened()
    }

    private func concluded(_ reply: HelloReply) {
        switch reply.outcome {
        case .welcome:
            peer = PeerIdentity(reply)
            opened()
        case .refused(let code, let message):
            handshakeResult?.fail(DialError.refused(code, message: message))
            handshakeResult = nil
            close(reason: .refused)
        }
    }

    private func opened() {
        state = .open
        applyRole()
        helloTimer?.cancel()
        helloTimer = nil
        meter.counters.opened += 1
        owner?.connectionOpened(self)
        handshakeResult?.succeed(self)
        handshakeResult = nil
    }
}
