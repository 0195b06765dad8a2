import NIOCore

/// One end of a connection between two nodes.
struct Link {
    enum Channel: Int, CaseIterable {
        case control
        case bulk
    }

    /// Zero for none; greater than every earlier one of the same pair and channel.
    var connection = 0
    /// What has arrived and is not a whole frame yet.
    var received = ByteBuffer()
    /// Whether bits were flipped on it: then, and only then, may a frame be unreadable.
    var isTainted = false
}

/// One direction between two nodes: each channel delivers in order. What meets a blocked way waits there, as the
/// peer's kernel would send it again, and arrives late or is lost with its connection.
final class NetworkWay {
    /// What travels.
    enum Parcel {
        case bytes(ByteBuffer, isCorrupt: Bool)
        /// The other side's hello: the connection is up, and spoken by this process. It is for the life that dialled.
        case opened(boot: UInt64, life: Int)
        /// The end of the stream.
        case closed
    }

    /// A parcel on its way.
    struct Shipment {
        var connection: Int
        var channel: Link.Channel
        var parcel: Parcel
    }

    var isBlocked = false
    var stalled: [Shipment] = []
    /// When the last parcel of each channel arrives.
    var busyUntil = Array(repeating: Int64(0), count: Link.Channel.allCases.count)
}
