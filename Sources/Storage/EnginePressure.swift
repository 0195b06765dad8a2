/// How far the engine lags behind its writers. The host slows proposals by it (rule 38).
package struct EnginePressure: Hashable, Sendable {
    /// Files of the state that every cold read must look into.
    package var levelZeroFiles: Int
    /// Full write buffers of the state that wait for the disk.
    package var immutableMemtables: Int
    /// What compaction is behind, in bytes.
    package var pendingCompactionBytes: UInt64
    /// Background jobs that failed since the start; not zero: end the process (rule 38).
    package var backgroundErrors: UInt64

    package init(
        levelZeroFiles: Int = 0, immutableMemtables: Int = 0, pendingCompactionBytes: UInt64 = 0,
        backgroundErrors: UInt64 = 0
    ) {
        self.levelZeroFiles = levelZeroFiles
        self.immutableMemtables = immutableMemtables
        self.pendingCompactionBytes = pendingCompactionBytes
        self.backgroundErrors = backgroundErrors
    }
}
