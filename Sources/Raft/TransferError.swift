/// Why leadership is not handed over.
package enum TransferError: Error, Hashable, Sendable {
    /// Ask `hint` instead; nil when no leader is known.
    case notLeader(hint: Member?)
    /// The target is this leader itself, or no voter of the configuration in force, or one that only leaves it.
    case notAVoter
    /// Another transfer is under way; it ends within an election timeout.
    case inProgress
}
