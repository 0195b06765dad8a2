/// What went through the connections of one loop since the process started. Read by the metrics.
package struct TransportCounters: Hashable, Sendable {
    /// Handshakes completed.
    package var opened: UInt64 = 0
    /// Frames received, hellos included.
    package var framesIn: UInt64 = 0
    /// Frames written, hellos not included.
    package var framesOut: UInt64 = 0
    /// Bytes read.
    package var bytesIn: UInt64 = 0
    /// Bytes given to sockets, hellos not included.
    package var bytesOut: UInt64 = 0
    /// Accepted and closed at once, because too many were open.
    package var turnedAway: UInt64 = 0
    /// Ended by the other side.
    package var closedByPeer: UInt64 = 0
    /// Ended by this side on purpose.
    package var closedLocally: UInt64 = 0
    /// Replaced by a newer connection of the same peer and role.
    package var replaced: UInt64 = 0
    /// Ended by an error of the operating system.
    package var failed: UInt64 = 0
    /// Ended for bytes that are no frame.
    package var garbage: UInt64 = 0
    /// Ended because no hello or no reply came in time.
    package var helloTimeouts: UInt64 = 0
    /// Ended because a frame stayed half.
    package var frameTimeouts: UInt64 = 0
    /// Ended because the other side did not read.
    package var pendingOverflows: UInt64 = 0
    /// Refused by this side or by the other.
    package var refused: UInt64 = 0

    /// Attempts to connect that reached nobody.
    package var dialFailures: UInt64 = 0

    /// All zero.
    package init() {}

    mutating func count(_ reason: CloseReason) {
        switch reason {
        case .closedByPeer: closedByPeer += 1
        case .closedLocally: closedLocally += 1
        case .replaced: replaced += 1
        case .failed: failed += 1
        case .garbage: garbage += 1
        case .helloTimeout: helloTimeouts += 1
        case .frameTimeout: frameTimeouts += 1
        case .pendingOverflow: pendingOverflows += 1
        case .refused: refused += 1
        }
    }
}
