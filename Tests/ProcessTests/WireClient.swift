import Keyspace
import NIOCore
import TestKit
import Wire

/// A client that speaks the protocol but none of its manners: it sends what it is told to.
struct WireClient: ~Copyable {
    struct Unexpected: Error, CustomStringConvertible {
        var description: String
    }

    private let connection: Connection
    private var received = ByteBuffer()
    private var lastID: UInt64 = 0

    init(port: Int) throws { connection = try Connection(port: port) }

    /// Greets the node as a client does; throws when it does not welcome that.
    mutating func hello() throws {
        var buffer = ByteBuffer()
        Hello(role: .client).encode(into: &buffer)
        try write(buffer)
        let reply = try HelloReply.decode(try frame())
        guard case .welcome = reply.outcome else { throw Unexpected(description: "\(reply.outcome)") }
    }

    /// Sends a request and returns its answer.
    mutating func ask(_ body: ClientRequest.Body) throws -> ClientResponse {
        lastID += 1
        var buffer = ByteBuffer()
        ClientRequest(id: lastID, timeoutMilliseconds: 5000, body: body).encode(into: &buffer)
        try write(buffer)
        let response = try ClientResponse.decode(try frame())
        guard response.id == lastID else { throw Unexpected(description: "an answer to \(response.id)") }
        return response
    }

    /// Sends any bytes; false when the node has closed the connection.
    func send(_ bytes: [UInt8]) -> Bool { connection.send(bytes) }

    /// Everything until the node closes the connection.
    func receiveAll() throws -> [UInt8] { try connection.receiveAll() }

    private func write(_ buffer: ByteBuffer) throws {
        guard connection.send(Array(buffer.readableBytesView)) else { throw Unexpected(description: "closed") }
    }

    private mutating func frame() throws -> Frame {
        let parser = FrameParser(flavor: .client, limit: KeyLimits.clientFrameBytesMax)
        while true {
            if let frame = try parser.nextFrame(from: &received) { return frame }
            let bytes = try connection.receive()
            guard !bytes.isEmpty else { throw Unexpected(description: "closed") }
            received.writeBytes(bytes)
        }
    }
}
