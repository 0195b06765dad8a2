import Glibc
import Synchronization

/// Hands out ports of the loopback interface on which nobody listens.
///
/// They lie below the range from which the system takes the ports of outgoing connections, so that a node finds its
/// own port free after a restart. Each test process begins somewhere else.
package enum FreePorts {
    private static let first = 10_000
    private static let count = 22_000
    private static let handedOut = Atomic<Int>(0)

    /// A port that was not handed out before and is free now.
    package static func next() -> Int {
        while true {
            let number = handedOut.add(1, ordering: .relaxed).newValue
            let port = first + (Int(getpid()) * 97 + number) % count
            if Connection.isFree(port: port) { return port }
        }
    }
}
