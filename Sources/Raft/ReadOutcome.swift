/// What `Group.read` decided.
package enum ReadOutcome: Hashable, Sendable {
    /// Confirmed: serve once applied ≥ this index.
    case serve(at: LogIndex)
    /// A round asks the quorum; the id comes back in `Ready.reads` or `Ready.failedReads`.
    case waiting
    /// Ask `hint` instead; nil when no leader is known.
    case notLeader(hint: Member?)
}
