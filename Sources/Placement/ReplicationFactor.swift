/// How many voters a shard is to have. Even numbers survive no more failures than the odd number below them.
package enum ReplicationFactor: Int, Sendable, CaseIterable, CustomStringConvertible {
    /// No copy: whatever loses the node loses the shard.
    case one = 1
    /// Survives one node.
    case three = 3
    /// Survives two nodes.
    case five = 5
    /// Survives three nodes.
    case seven = 7

    package var description: String { String(rawValue) }
}
