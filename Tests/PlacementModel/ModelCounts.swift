/// What it took.
package struct ModelCounts: Hashable, Sendable {
    /// Operators that began.
    package var operators = 0
    /// Of these, those that ended without being finished.
    package var failed = 0
    /// Replicas that were copied to a node.
    package var copies = 0
    /// Leaderships that changed by a transfer.
    package var transfers = 0
    /// Shards that became two.
    package var splits = 0
    /// Pairs of shards that became one.
    package var merges = 0

    package init() {}
}
