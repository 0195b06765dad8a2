import NIOCore
import Transport
import Wire

/// Asks one node one formation question over a connection of its own.
/// Safe because every access is on `loop`.
final class FormationClient: ConnectionOwner, @unchecked Sendable {
    private let request: FormationRequest
    private let promise: EventLoopPromise<FormationReply>
    private var isDone = false

    private init(_ request: FormationRequest, on loop: any EventLoop) {
        self.request = request
        promise = loop.makePromise(of: FormationReply.self)
    }

    /// The answer of the node at `address`; fails when there is none within `timeout`.
    static func ask(
        _ address: String, _ request: FormationRequest, boot: UInt64, meter: TransportMeter, on loop: any EventLoop,
        timeout: TimeAmount = .seconds(3)
    ) -> EventLoopFuture<FormationReply> {
        let client = FormationClient(request, on: loop)
        let hello = Hello(role: .formation, boot: boot)
        let timer = loop.scheduleTask(in: timeout) { client.fail(ChannelError.connectTimeout(timeout)) }
        client.promise.futureResult.whenComplete { _ in timer.cancel() }
        Dialer.connect(to: address, hello: hello, on: loop, owner: client, meter: meter).whenFailure { error in
            client.fail(error)
        }
        // The promise keeps the client alive until it is answered.
        return client.promise.futureResult.map { reply in
            _ = client
            return reply
        }
    }

    private func fail(_ error: any Error) {
        guard !isDone else { return }
        isDone = true
        promise.fail(error)
    }

    func connection(_ connection: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
        HelloReply(outcome: .refused(.other, message: "not a server"))
    }

    func connectionOpened(_ connection: FramedConnection) {
        connection.writeFrame { buffer in request.encode(into: &buffer) }
        connection.flush()
    }

    func connection(_ connection: FramedConnection, received frame: Frame) {
        guard !isDone else { return }
        isDone = true
        do throws(WireError) {
            promise.succeed(try FormationReply.decode(frame))
        } catch {
            promise.fail(error)
        }
        connection.close()
    }

    func connectionReadComplete(_ connection: FramedConnection) {}

    func connectionClosed(_ connection: FramedConnection, reason: CloseReason) {
        fail(DialError.handshake(reason))
    }
}
