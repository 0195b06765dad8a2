import NIOCore
import Raft
import Transport

/// The connections to one address.
///
/// Safe because it belongs to the client's loop, like the core that holds it.
final class NodeLink: @unchecked Sendable {
    let address: String
    /// Who answers there; nil until it was reached.
    var node: NodeID?
    /// Whether the address is one of those the client was given: never forgotten.
    let isEndpoint: Bool
    var connections: [FramedConnection] = []
    /// Dials and pauses before dials that are under way.
    var dialling = 0
    var backoff = Backoff()
    /// Requests that wait for a connection.
    var waiting: [SlotReference] = []
    /// Requests written and not answered.
    var inFlight = 0
    /// When something was last read, or first written after silence.
    var heardAt = NIODeadline.uptimeNanoseconds(0)
    /// Another link reaches the same node; this one is of no use.
    var isDuplicate = false
    var turn = 0
    var needsFlush = false

    init(address: String, node: NodeID? = nil, isEndpoint: Bool) {
        self.address = address
        self.node = node
        self.isEndpoint = isEndpoint
    }

    var isConnected: Bool { !connections.isEmpty }

    /// The connection for the next request: each in turn.
    func next() -> FramedConnection? {
        guard connections.count > 1 else { return connections.first }
        turn = turn + 1 < connections.count ? turn + 1 : 0
        return connections[turn]
    }
}

/// What a connection carries to find its link.
final class LinkAttachment {
    let link: NodeLink
    /// Unique among the client's connections.
    let serial: UInt64

    init(link: NodeLink, serial: UInt64) {
        self.link = link
        self.serial = serial
    }
}
