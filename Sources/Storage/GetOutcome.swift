/// How a point read ended.
package enum GetOutcome: Hashable, Sendable {
    /// The body has seen the value.
    case found
    case absent
    /// The answer is not in memory; ask again with `ReadTier.disk` on a thread that may block.
    case wouldBlock
}
