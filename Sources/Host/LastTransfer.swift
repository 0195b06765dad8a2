import Raft

/// An attempt to hand a leadership over.
struct LastTransfer: Sendable {
    var target: ReplicaID
    /// The leader's term then. If the target does not take over, that or the next one is this leader's still.
    var term: Term
    var beganAt: Instant
}
