package import NIOCore
import Keyspace

/// What one connection may take: bytes and time.
package struct ConnectionLimits: Sendable {
    /// How long the other side may take to introduce itself.
    package var helloTimeout: TimeAmount = .seconds(5)
    /// How long a frame may take from its first byte to its last.
    package var frameTimeout: TimeAmount = .seconds(30)
    /// The longest frame from a client or to one.
    package var clientFrameBytesMax = KeyLimits.clientFrameBytesMax
    /// The longest frame between nodes.
    package var peerFrameBytesMax = KeyLimits.peerFrameBytesMax
    /// The longest frame of a node that is not yet a member.
    package var formationFrameBytesMax = 1 << 20
    /// Answers a client may leave unread. Reads wait before that; this is the end of a client that leaves the answers
    /// to its writes.
    package var clientPendingBytesMax = 16 << 20
    /// Bytes waiting for a peer, and for the server of a connection we dialled.
    package var peerPendingBytesMax = 64 << 20
    /// Frames up to this size are gathered into one buffer per tick; larger ones are written as they are.
    package var coalescedFrameBytesMax = 64 << 10

    /// The usual limits.
    package init() {}
}
