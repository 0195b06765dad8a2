/// What went through the connections of one loop since the process started. Read by the metrics.
package struct TransportCounters: Hashable, Sendable {
    package var opened: UInt64 = 0
    package var framesIn: UInt64 = 0
    package var framesOut: UInt64 = 0
    package var bytesIn: UInt64 = 0
    package var bytesOut: UInt64 = 0
    /// Accepted and closed at once, because too many were open.
    package var turnedAway: UInt64 = 0
    package var closedByPeer: UInt64 = 0
    package var closedLocally: UInt64 = 0
    package var replaced: UInt64 = 0
    package var failed: UInt64 = 0
    package var garbage: UInt64 = 0
    package var helloTimeouts: UInt64 = 0
    package var frameTimeouts: UInt64 = 0
    package var pendingOverflows: UInt64 = 0
    package var refused: UInt64 = 0

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
