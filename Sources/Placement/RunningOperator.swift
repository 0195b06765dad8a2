package import Raft

/// An operator that has a row.
package struct RunningOperator: Sendable {
    /// As its row has it.
    package let planned: Operator
    /// When this placement leader created or found it, on its own clock.
    package let begunAt: Instant
}
