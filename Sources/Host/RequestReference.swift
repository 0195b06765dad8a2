/// The runtime's name for one client request: which connection, and which id on it. The host only hands it back.
package struct RequestReference: Hashable, Sendable {
    /// The connection's number, never reused within a process. Zero: the node itself.
    package var connection: UInt64
    /// The id the client gave the request.
    package var id: UInt64

    package init(connection: UInt64, id: UInt64) {
        self.connection = connection
        self.id = id
    }
}
