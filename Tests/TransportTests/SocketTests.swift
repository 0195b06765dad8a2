import NIOCore
import NIOPosix
import Raft
import Testing
import Wire

@testable import Transport

/// Real sockets on the loopback interface.
@Suite struct SocketTests {
    static let loop = MultiThreadedEventLoopGroup.singleton.next()

    static func listen(_ owner: Recorder, port: Int = 0, connectionsMax: Int = 100) async throws -> Listener {
        try await Listener.bind(
            Address(host: "127.0.0.1", port: port), on: loop, owner: owner, meter: TransportMeter(),
            connectionsMax: connectionsMax
        ).get()
    }

    static func dial(_ listener: Listener, _ owner: Recorder, role: ConnectionRole = .client) async throws
        -> FramedConnection
    {
        try await loop.flatSubmit {
            Dialer.connect(
                to: "127.0.0.1:\(listener.port)", hello: Hello(role: role, node: NodeID(9)), on: loop, owner: owner,
                meter: TransportMeter())
        }.get()
    }

    /// Large frames go through in both directions, and each side hears of the other's end.
    @Test func framesGoBothWays() async throws {
        let server = Recorder()
        server.onFrame = { connection, frame in
            connection.write(Frames.frame(.peer, kind: frame.kind, count: frame.body.readableBytes))
            connection.flush()
        }
        let listener = try await Self.listen(server)
        let client = Recorder()
        let received = Self.loop.makePromise(of: Void.self)
        client.onFrame = { _, _ in if client.frames.count == 3 { received.succeed(()) } }
        let connection = try await Self.dial(listener, client, role: .bulk)
        try await Self.loop.submit {
            for count in [10, 9_000_000, 0] { connection.write(Frames.frame(.peer, count: count)) }
            connection.flush()
        }.get()
        try await received.futureResult.get()
        let counts = try await Self.loop.submit { client.frames.map(\.body.readableBytes) }.get()
        #expect(counts == [10, 9_000_000, 0])
        let ended = Self.loop.makePromise(of: Void.self)
        try await Self.loop.submit {
            connection.close()
            connection.context?.channel.closeFuture.cascade(to: ended)
        }.get()
        try await ended.futureResult.get()
        let reasons = try await Self.loop.submit { client.closed }.get()
        #expect(reasons == [.closedLocally])
        try await listener.close().get()
    }

    @Test func aTakenPortSaysWhatToDo() async throws {
        let listener = try await Self.listen(Recorder())
        let error = await #expect(throws: ListenError.self) {
            _ = try await Self.listen(Recorder(), port: listener.port)
        }
        #expect(error?.reason == .taken)
        #expect(error?.description.contains("choose another port") == true)
        try await listener.close().get()
        try await listener.close().get()
    }

    @Test func nobodyThereIsTold() async throws {
        let listener = try await Self.listen(Recorder())
        let port = listener.port
        try await listener.close().get()
        let error = await #expect(throws: DialError.self) {
            _ = try await Self.loop.flatSubmit {
                Dialer.connect(
                    to: "127.0.0.1:\(port)", hello: Hello(role: .client), on: Self.loop, owner: Recorder(),
                    meter: TransportMeter())
            }.get()
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aRefusalReachesTheDialler() async throws {
        let server = Recorder()
        server.reply.outcome = .refused(.notFormed, message: "wait")
        let listener = try await Self.listen(server)
        let error = await #expect(throws: DialError.self) { _ = try await Self.dial(listener, Recorder()) }
        #expect(error == .refused(.notFormed, message: "wait"))
        try await listener.close().get()
    }

    @Test func tooManyAreTurnedAway() async throws {
        let listener = try await Self.listen(Recorder(), connectionsMax: 1)
        let first = try await Self.dial(listener, Recorder())
        let error = await #expect(throws: DialError.self) { _ = try await Self.dial(listener, Recorder()) }
        #expect(error == .handshake(.closedByPeer))
        try await Self.loop.submit { first.close() }.get()
        try await listener.close().get()
    }
}
