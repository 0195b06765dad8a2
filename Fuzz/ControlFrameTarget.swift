import NIOCore
import Wire

extension FuzzTarget {
    /// What nodes tell each other every 50 ms.
    static let controlFrame = FuzzTarget(name: "control-frame") { input in
        Check.recodeFrame(
            input, .peer, decode: { try ControlFrame.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        try [Samples.control, Samples.quietControl].map { frame in
            try Check.content(.peer) { frame.encode(into: &$0) }
        }
    }
}
