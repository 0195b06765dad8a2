import Wire

/// How fresh a read must be.
public struct Consistency: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case linearizable
        case follower
        case stale(milliseconds: UInt32)
    }

    let kind: Kind

    /// Sees every write that was acknowledged before the read began. The default.
    public static let linearizable = Consistency(kind: .linearizable)

    /// The same, answered by any replica, which asks the leader how far it must have come: spreads the load of reads.
    public static let follower = Consistency(kind: .follower)

    /// Answered by any replica whose state is at most `bound` old.
    public static func stale(atMost bound: Duration) -> Consistency {
        let milliseconds = bound / .milliseconds(1)
        return Consistency(kind: .stale(milliseconds: UInt32(max(0, min(milliseconds, 4e9)))))
    }

    /// The form that travels.
    var wire: Wire.Consistency {
        switch kind {
        case .linearizable: .linearizable
        case .follower: .follower
        case .stale(let milliseconds): .stale(maxMilliseconds: milliseconds)
        }
    }
}
