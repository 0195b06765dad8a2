/// How a process ended.
package enum ProcessOutcome: Hashable, Sendable {
    /// By itself, with a code.
    case exited(Int32)
    /// By a signal.
    case signalled(Int32)
}
