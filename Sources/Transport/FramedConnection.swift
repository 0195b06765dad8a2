import Keyspace
import NIOCore
package import Wire

/// A socket that carries frames: one hello and its answer, then frames of the flavour that the role has.
///
/// Thread safety: owned by one event loop. Everything here is called on that loop; `channel.eventLoop` says which.
///
/// Life: `handshake` → `open` → `closed`. Bytes that cannot be frames, a half frame that stays half, or a reader who
/// does not read end the connection, never the process; the reason is counted and told to the owner.
///
/// Outgoing frames are gathered and leave with `flush()`, which the owner calls once per tick: one system call for all
/// answers of a tick. Incoming frames are slices of the buffer that the socket was read into.
///
/// Safe because all mutable state belongs to the event loop, which `flush` and `close`
/// assert in debug builds; references cross threads only to be handed to that loop.
package final class FramedConnection: @unchecked Sendable {
    /// Who speaks first.
    enum Side {
        /// Accepted: waits for a hello.
        case server
        /// Dialled: sends this hello and waits for the reply.
        case client(Hello)
    }

    /// Where the connection stands.
    enum State: Equatable {
        /// The hello or its reply is missing. Next: `open`, `closed`.
        case handshake
        /// Frames flow. Next: `closed`.
        case open
        /// Nothing is read or written any more, though the socket may still flush a refusal. Final.
        case closed
    }

    /// What the connection is for, once `connectionOpened` was called.
    package internal(set) var role: ConnectionRole
    /// What the other side said of itself, once `connectionOpened` was called.
    package internal(set) var peer: PeerIdentity
    /// Who gets what arrives; may be exchanged by the owner itself, such as when a listener hands a peer's connection
    /// over. Nil after the end.
    package var owner: (any ConnectionOwner)?
    /// A place for what the owner keeps per connection, so that it needs no table. Dropped at the end.
    package var attachment: AnyObject?
    /// The other side's IP address, empty when unknown.
    package internal(set) var remoteAddress = ""

    let side: Side
    let limits: ConnectionLimits
    let meter: TransportMeter
    var state = State.handshake
    /// Told once when the handshake ends, either way; dialled connections only.
    var handshakeResult: EventLoopPromise<FramedConnection>?

    // Set while the handler is in a pipeline.
    var context: ChannelHandlerContext?
    var helloTimer: Scheduled<Void>?

    // Set with the role. Kept apart from it, since what is read for every frame must be cheap to read.
    var frameFlavor = FrameFlavor.client
    var frameBytesMax: Int
    var pendingBytesMax: Int
    let coalescedFrameBytesMax: Int

    // Incoming.
    /// The beginning of a frame whose rest has not arrived.
    var partial = ByteBuffer()
    /// Frames delivered, to tell whether the same frame is still half at the next look.
    var framesDelivered: UInt64 = 0
    var partialFrame: UInt64 = .max
    var partialSince = NIODeadline.uptimeNanoseconds(0)
    var frameTimer: Scheduled<Void>?

    // Outgoing.
    /// Written and not yet counted by the meter.
    var framesWritten: UInt64 = 0
    /// Frames gathered since the last flush.
    var pending = ByteBuffer()
    /// Large frames already given to the channel since the last flush.
    var hasUnflushed = false
    /// Bytes that the channel holds because the socket takes no more.
    var bufferedBytes = 0

    init(
        side: Side, owner: any ConnectionOwner, limits: ConnectionLimits, meter: TransportMeter,
        handshakeResult: EventLoopPromise<FramedConnection>? = nil
    ) {
        self.side = side
        self.owner = owner
        self.limits = limits
        self.meter = meter
        self.handshakeResult = handshakeResult
        frameBytesMax = KeyLimits.helloFrameBytesMax
        pendingBytesMax = limits.peerPendingBytesMax
        coalescedFrameBytesMax = limits.coalescedFrameBytesMax
        peer = PeerIdentity()
        switch side {
        case .server: role = .client
        case .client(let hello): role = hello.role
        }
    }

    /// Whether frames may be written.
    package var isOpen: Bool { state == .open }

    /// Stops reading from the socket, so that the other side is held up instead of this process's memory. What the
    /// current read brought is still delivered.
    package func pauseReading() { setReading(false) }

    /// Reads again.
    package func resumeReading() { setReading(true) }

    private func setReading(_ reading: Bool) {
        guard state != .closed, let options = context?.channel.syncOptions else { return }
        // Fails only on a closed channel, where there is nothing left to read.
        try? options.setOption(.autoRead, value: reading)
    }

    /// Ends the connection from this side; what was not flushed is dropped. The owner hears of it.
    package func close(reason: CloseReason = .closedLocally) {
        context?.eventLoop.assertInEventLoop()
        finish(reason)
        context?.close(promise: nil)
    }

    /// Leaves `handshake` or `open` once; the owner is told only if it ever heard of the connection.
    func finish(_ reason: CloseReason) {
        guard state != .closed else { return }
        let wasOpen = state == .open
        state = .closed
        meter.counters.count(reason)
        helloTimer?.cancel()
        frameTimer?.cancel()
        partial = ByteBuffer()
        pending = ByteBuffer()
        let owner = self.owner
        self.owner = nil
        handshakeResult?.fail(DialError.handshake(reason))
        handshakeResult = nil
        if wasOpen { owner?.connectionClosed(self, reason: reason) }
        attachment = nil
    }
}
