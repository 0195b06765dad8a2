import Keyspace
import NIOCore
import NIOPosix
import Raft
import Transport
import Wire

/// A node in the test process that speaks the client protocol: what it answers is the test's business. It lives on the
/// client's loop, where the test changes and reads it.
// Safe because its state is touched on that one loop only.
final class FakeNode: ConnectionOwner, @unchecked Sendable {
    /// What a node does with a request: the answer, or nil for silence.
    typealias Handler = (ClientRequest, FramedConnection) -> ClientResponse.Body?

    let id: NodeID
    let loop: any EventLoop
    var table = RouteTable(routes: [], nodes: [], clusterMilliseconds: FakeNode.clusterMilliseconds)
    /// What it tells as the time when a connection opens.
    var helloMilliseconds = FakeNode.clusterMilliseconds
    /// Requests for routes are answered with `table` and not shown to the handler.
    var handler: Handler = { _, _ in .failure(.unavailable("no handler")) }
    /// All requests but those for routes.
    var requests: [ClientRequest] = []
    var lookups = 0
    var onLookup: ((Int) -> Void)?
    var connections: [FramedConnection] = []
    private var listener: Listener?
    private(set) var address = ""

    static let clusterMilliseconds: UInt64 = 1_700_000_000_000

    init(_ id: UInt64, loop: any EventLoop) {
        self.id = NodeID(id)
        self.loop = loop
    }

    func start() async throws {
        let listener = try await Listener.bind(
            Address(host: "127.0.0.1", port: 0), on: loop, owner: self, meter: TransportMeter()
        ).get()
        self.listener = listener
        address = "127.0.0.1:\(listener.port)"
    }

    /// As a crash: the port is closed and every connection ends.
    func stop() async throws {
        try await listener?.close().get()
        listener = nil
        try await loop.submit { for connection in self.connections { connection.close() } }.get()
    }

    /// Runs `body` where the node lives.
    func onLoop<Result: Sendable>(_ body: @escaping @Sendable (FakeNode) -> Result) async throws -> Result {
        try await loop.submit { body(self) }.get()
    }

    func connection(_: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
        HelloReply(outcome: .welcome, node: id, incarnation: 1, clusterMilliseconds: helloMilliseconds)
    }

    func connectionOpened(_ connection: FramedConnection) { connections.append(connection) }

    func connection(_ connection: FramedConnection, received frame: Frame) {
        guard let request = try? ClientRequest.decode(frame) else { return connection.close() }
        if case .routes = request.body {
            lookups += 1
            onLookup?(lookups)
            return answer(request.id, .routes(table), connection)
        }
        requests.append(request)
        if let body = handler(request, connection) { answer(request.id, body, connection) }
    }

    func answer(_ id: UInt64, _ body: ClientResponse.Body, _ connection: FramedConnection) {
        connection.writeFrame { ClientResponse(id: id, body: body).encode(into: &$0) }
        connection.flush()
    }

    func connectionReadComplete(_: FramedConnection) {}

    func connectionClosed(_ connection: FramedConnection, reason: CloseReason) {
        connections.removeAll { $0 === connection }
    }
}
