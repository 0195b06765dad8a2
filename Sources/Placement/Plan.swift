package import Raft

/// What one pass of the scheduler decided.
package struct Plan: Sendable {
    /// Running operators whose rows are to be deleted, in the order of their shards. Delete them before creating any.
    package internal(set) var ended: [Ending] = []
    /// New operators, the most urgent first; a row each, on condition that its shards have none.
    package internal(set) var operators: [Operator] = []
    /// What should be done and cannot, and why. At most ``PlacementLimits/obstaclesMax``.
    package internal(set) var obstacles: [Obstacle] = []

    /// The end of a running operator.
    package struct Ending: Hashable, Sendable {
        package var shard: ShardID
        /// Nil when it has done what it was for.
        package var failure: Operator.Failure?
    }
}
