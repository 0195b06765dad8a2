package import Wire

/// The two connections of a pair of nodes.
package enum PeerChannel: UInt8, Hashable, Sendable, CaseIterable {
    /// Votes, control frames and small appends: never behind something large.
    case control
    /// Snapshots and large appends.
    case bulk

    /// The role that its hello names.
    package var role: ConnectionRole { self == .control ? .control : .bulk }

    /// The channel of a role; nil for what is no connection between nodes.
    package init?(_ role: ConnectionRole) {
        switch role {
        case .control: self = .control
        case .bulk: self = .bulk
        case .client, .formation: return nil
        }
    }
}
