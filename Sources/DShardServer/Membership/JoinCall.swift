import Wire

/// One node's wish to be a member, with the way to answer it.
struct JoinCall: Sendable {
    /// Where it is reached.
    var address: String
    /// Of its data directory (rule 17).
    var incarnation: UInt64
    /// What placement may know of its machine.
    var labels: [String: String]
    /// How often the rows changed under it so far.
    var attempts = 0
    /// Called once, on the loop.
    var reply: @Sendable (FormationReply) -> Void
}
