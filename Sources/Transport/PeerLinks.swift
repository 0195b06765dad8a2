package import NIOCore
package import Raft
package import Wire

/// The connections to all peers: one control and one bulk connection per pair of nodes.
///
/// The node with the greater id dials, the other accepts; so two nodes never cross. The listener's owner hands
/// accepted peer connections over with `adopt`. An accepted connection replaces an older one of the same peer and
/// channel: the other side dials only when its own end is gone, so the older one is dead whatever it looks like here.
/// What was dialled is dialled again, with back-off and jitter, for as long as the peer is listed.
///
/// Safe because everything happens on `loop`, which the entry points assert.
package final class PeerLinks: @unchecked Sendable {
    /// The loop that owns this object, its connections and its delegate.
    package let loop: any EventLoop
    /// How this node introduces itself; the role is set per channel. Applies to connections dialled from now on.
    package var hello: Hello
    /// Who gets the frames.
    package weak var delegate: (any PeerLinksDelegate)?

    let node: NodeID
    let limits: ConnectionLimits
    let meter: TransportMeter
    var generator: any RandomNumberGenerator
    /// In ascending order of node ids, so that everything that walks over peers does it in the same order.
    var peers: [Peer] = []
    var isClosed = false

    /// One listed node, or one that connected by itself.
    struct Peer {
        let node: NodeID
        /// Nil while unknown: such a peer is not dialled.
        var address: String?
        var control = Link()
        var bulk = Link()

        subscript(channel: PeerChannel) -> Link {
            get { channel == .control ? control : bulk }
            set { if channel == .control { control = newValue } else { bulk = newValue } }
        }
    }

    /// One channel of a peer.
    struct Link {
        var connection: FramedConnection?
        /// A dial or its pause is under way.
        var isDialling = false
        var backoff = Backoff()
    }

    /// What an opened connection of ours carries, so that frames need no search.
    final class Attachment {
        let node: NodeID
        let channel: PeerChannel

        init(node: NodeID, channel: PeerChannel) {
            self.node = node
            self.channel = channel
        }
    }

    /// `hello` must name this node; `generator` decides the jitter, so that a seeded one makes it repeatable.
    package init(
        node: NodeID, hello: Hello, on loop: any EventLoop, meter: TransportMeter,
        limits: ConnectionLimits = ConnectionLimits(), generator: any RandomNumberGenerator
    ) {
        self.node = node
        self.hello = hello
        self.loop = loop
        self.meter = meter
        self.limits = limits
        self.generator = generator
    }

    /// Sets who the peers are and where. Those not listed are disconnected; those with the smaller id are dialled,
    /// at a new address after their present connection ends. This node itself is skipped.
    package func update(_ addresses: [NodeAddress]) {
        loop.assertInEventLoop()
        guard !isClosed else { return }
        let removed = peers.map(\.node).filter { known in !addresses.contains { $0.node == known } }
        for node in removed { drop(node) }
        for address in addresses where address.node != node {
            let index = ensure(address.node)
            peers[index].address = address.address
            for channel in PeerChannel.allCases { dialIfNeeded(address.node, channel) }
        }
    }

    /// Takes over an accepted connection of a peer, after its `connectionOpened`. Its hello must name a node; the
    /// server has checked that it may.
    package func adopt(_ connection: FramedConnection) {
        loop.assertInEventLoop()
        guard !isClosed, let peer = connection.peer.node, let channel = PeerChannel(connection.role) else {
            connection.close()
            return
        }
        install(connection, peer, channel)
    }

    /// Queues a whole peer frame until `flushAll()`. Returns whether there was a connection that took it; false is an
    /// ordinary loss, which the sender's own resending mends.
    @discardableResult
    package func send(_ frame: ByteBuffer, to node: NodeID, channel: PeerChannel) -> Bool {
        connection(to: node, channel)?.write(frame) ?? false
    }

    /// As `send`, but lets `body` append one whole peer frame to the pending bytes.
    @discardableResult
    package func sendFrame(to node: NodeID, channel: PeerChannel, _ body: (inout ByteBuffer) -> Void) -> Bool {
        connection(to: node, channel)?.writeFrame(body) ?? false
    }

    /// Gives everything queued to the sockets; once per tick.
    package func flushAll() {
        loop.assertInEventLoop()
        var index = 0
        // A flush may close a connection, and its delegate may change the list; so no iterator is held.
        while index < peers.count {
            peers[index].control.connection?.flush()
            if index < peers.count { peers[index].bulk.connection?.flush() }
            index += 1
        }
    }

    /// Closes a connection that cannot be trusted any more; the dialling side opens a new one.
    package func disconnect(_ node: NodeID, channel: PeerChannel, reason: CloseReason) {
        connection(to: node, channel)?.close(reason: reason)
    }

    /// Whether the control connection to `node` is open.
    package func isConnected(_ node: NodeID) -> Bool { connection(to: node, .control) != nil }

    /// Bytes that wait for `node` on a channel: for those who can send less, such as a snapshot.
    package func queuedBytes(to node: NodeID, channel: PeerChannel) -> Int {
        connection(to: node, channel)?.queuedBytes ?? 0
    }

    /// Closes the connections to `node`, whose process says nothing though they look open; they are dialled again.
    package func reset(_ node: NodeID) {
        loop.assertInEventLoop()
        for channel in PeerChannel.allCases { connection(to: node, channel)?.close() }
    }

    /// Closes everything, for good.
    package func close() {
        loop.assertInEventLoop()
        isClosed = true
        for node in peers.map(\.node) { drop(node) }
    }

    /// The open connection of a channel.
    func connection(to node: NodeID, _ channel: PeerChannel) -> FramedConnection? {
        guard let index = index(of: node) else { return nil }
        return channel == .control ? peers[index].control.connection : peers[index].bulk.connection
    }
}
