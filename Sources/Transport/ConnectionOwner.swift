package import Wire

/// Who acts on what a connection delivers. All calls come on the connection's event loop.
package protocol ConnectionOwner: AnyObject {
    /// Server side only: judges the introduction of whoever connected from `remoteAddress`. A refusal is sent, then
    /// the connection is closed.
    func connection(_ connection: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply

    /// The handshake is complete: `role` and `peer` are set and frames may be written.
    func connectionOpened(_ connection: FramedConnection)

    /// One frame. The body is a slice of the read buffer: copy what outlives the call.
    func connection(_ connection: FramedConnection, received frame: Frame)

    /// The frames of one read have been delivered: the moment to answer them together.
    func connectionReadComplete(_ connection: FramedConnection)

    /// The socket has taken nearly all that it had left before.
    func connectionDrained(_ connection: FramedConnection)

    /// The end of an opened connection; nothing follows. Not called for a handshake that failed.
    func connectionClosed(_ connection: FramedConnection, reason: CloseReason)
}

extension ConnectionOwner {
    /// Who bounds what it writes in other ways need not know.
    package func connectionDrained(_ connection: FramedConnection) {}
}
