import NIOCore
import Wire

extension FuzzTarget {
    /// What nodes tell the leader of placement.
    static let placementReport = FuzzTarget(name: "placement-report") { input in
        Check.recodeFrame(
            input, .peer, decode: { try PlacementReport.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        [try Check.content(.peer) { Samples.report.encode(into: &$0) }]
    }
}
