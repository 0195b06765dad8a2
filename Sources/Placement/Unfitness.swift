/// Why a node cannot take a replica. The first reason that applies is given.
package enum Unfitness: Int, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// A second replica of a shard on one node adds nothing.
    case holdsReplica
    /// Silent, or not heard yet.
    case notUp
    /// It may have forgotten something.
    case suspect
    /// Drained or decommissioned.
    case leaving
    /// Its log syncs take too long.
    case slowDisk
    /// Too little of its disk would stay free.
    case full
    /// As many replicas as may are on their way to it.
    case busy

    package var description: String {
        switch self {
        case .holdsReplica: "with a replica"
        case .notUp: "not up"
        case .suspect: "suspect"
        case .leaving: "leaving"
        case .slowDisk: "with a slow disk"
        case .full: "full"
        case .busy: "busy"
        }
    }
}
