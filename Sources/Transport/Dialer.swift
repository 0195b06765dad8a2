import Glibc
package import NIOCore
import NIOPosix
package import Wire

/// Opens connections.
package enum Dialer {
    /// Connects to "host:port" and introduces this side with `hello`. The future succeeds when the handshake is
    /// complete, after `owner.connectionOpened`; it fails with `DialError`, and then the owner hears nothing.
    /// Connection, owner and meter belong to `loop`.
    package static func connect(
        to address: String, hello: Hello, on loop: any EventLoop, owner: any ConnectionOwner, meter: TransportMeter,
        limits: ConnectionLimits = ConnectionLimits(), connectTimeout: TimeAmount = .seconds(2)
    ) -> EventLoopFuture<FramedConnection> {
        let target: Address
        do throws(AddressError) {
            target = try Address(address)
        } catch {
            return loop.makeFailedFuture(DialError.address(error))
        }
        let promise = loop.makePromise(of: FramedConnection.self)
        let connection = FramedConnection(
            side: .client(hello), owner: owner, limits: limits, meter: meter, handshakeResult: promise)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: ChannelSetup.readBuffers)
            .channelInitializer { ChannelSetup.configure($0, connection) }
        connect(bootstrap, to: target).whenFailure { connection.dialFailed($0) }
        return promise.futureResult
    }

    /// An address in digits needs no resolver, which would be a thread and a system call away.
    private static func connect(_ bootstrap: ClientBootstrap, to target: Address) -> EventLoopFuture<any Channel> {
        if let address = try? SocketAddress(ipAddress: target.host, port: target.port) {
            return bootstrap.connect(to: address)
        }
        return bootstrap.connect(host: target.host, port: target.port)
    }
}

extension FramedConnection {
    /// The socket did not connect; the handshake never began.
    func dialFailed(_ error: any Error) {
        guard let result = handshakeResult else { return }
        handshakeResult = nil
        state = .closed
        owner = nil
        meter.counters.dialFailures += 1
        result.fail(DialError.unreachable(FramedConnection.text(of: error)))
    }

    private static func text(of error: any Error) -> String {
        switch error {
        case let error as IOError: text(ofCode: error.errnoCode) ?? "\(error)"
        case ChannelError.connectTimeout: "no answer"
        default: "\(error)"
        }
    }

    /// What operators meet most, in their words.
    private static func text(ofCode code: CInt) -> String? {
        switch code {
        case ECONNREFUSED: "connection refused"
        case ECONNRESET: "connection reset"
        case EHOSTUNREACH: "no route to host"
        case ENETUNREACH: "network unreachable"
        case ETIMEDOUT: "no answer"
        default: nil
        }
    }
}
