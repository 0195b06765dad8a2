/// What came of one simulation.
package struct SimulationReport: Sendable {
    /// As in the options.
    package var seed: UInt64
    /// What was found; nil when everything held.
    package var failure: SimulationFailure?
    /// Equal in every run of the same seed, options and build.
    package var traceHash: String
    /// Virtual time, in milliseconds.
    package var virtualMilliseconds: Int
    /// Client operations that ended, whatever their outcome.
    package var operations: Int
    /// Log writes, syncs, marks and applied batches of all nodes.
    package var diskOperations: Int
    /// Events of virtual time.
    package var events: UInt64
    /// Which rare paths were taken.
    package var probes: ProbeCounts
    /// The faults that happened, and how often, in the order of `FaultKind.allCases`.
    package var faults: [(kind: FaultKind, count: Int)]
}

/// What was found, and when.
package struct SimulationFailure: Sendable, Equatable {
    /// Virtual time, in milliseconds.
    package var milliseconds: Int
    /// What contradicts which invariant, and where.
    package var text: String
}
