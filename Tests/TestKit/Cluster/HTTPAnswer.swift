/// The answer to one HTTP request.
package struct HTTPAnswer: Sendable {
    /// The status code, such as 200.
    package var status: Int
    /// Header lines as received, without the status line.
    package var headers: [String]
    /// The body as text.
    package var body: String

    /// Asks a server on this machine for `path`, over a connection of its own.
    package static func get(port: Int, _ path: String) throws -> HTTPAnswer {
        let connection = try Connection(port: port)
        let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        guard connection.send(Array(request.utf8)) else {
            throw Connection.Failure(description: "the server closed the connection")
        }
        let text = String(decoding: try connection.receiveAll(), as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let head = lines.prefix { !$0.isEmpty }
        guard let first = head.first?.split(separator: " "), first.count > 1, let status = Int(first[1]) else {
            throw Connection.Failure(description: "no HTTP answer: \(text.prefix(80))")
        }
        return HTTPAnswer(
            status: status, headers: head.dropFirst().map(String.init),
            body: lines.dropFirst(head.count + 1).joined(separator: "\r\n"))
    }
}
