import DShardClient

/// A benchmark after precedence and checks.
struct BenchPlan: Sendable {
    var workload: Workload
    var clients: Int
    var connections: Int
    var valueSize: Int
    var keys: UInt64
    var prefix: [UInt8]
    /// Nanoseconds.
    var duration: UInt64
    /// Nanoseconds.
    var warmup: UInt64
    var consistency: Consistency
    var distribution: KeyDistribution.Kind
    /// Operations a second of the open loop; nil is the closed loop.
    var rate: Double?
    /// The file's name.
    var history: String?
    var output: OutputFormat

    /// Whether no value is written twice.
    var hasUniqueValues: Bool { history != nil || workload == .mixed }
}
