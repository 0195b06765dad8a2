/// What a replica is doing about leadership.
package enum Role: Hashable, Sendable {
    /// Waits for a leader or follows one; learners stay here. Next: `preCandidate`, or `candidate` when a leader
    /// hands over to it.
    case follower
    /// Asks whether it would be elected, without changing anything (dissertation §9.6). Next: `candidate`,
    /// `follower`, or itself with another round.
    case preCandidate
    /// Asks for votes in a term of its own (paper §5.2). Next: `leader`, `follower`, or `preCandidate`.
    case candidate
    /// Elected in the current term. Next: `follower`, or `candidate` to end a failed transfer (rule 5).
    case leader
}
