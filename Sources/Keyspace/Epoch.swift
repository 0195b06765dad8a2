/// Which state of a shard a request, entry or descriptor means.
package struct Epoch: Hashable, Sendable, CustomStringConvertible {
    /// Grows with the range: split gives all parts version + 1, merge max + 1 (rule 35).
    package var version: UInt64
    /// Grows with the replicas; compared only within one shard.
    package var config: UInt64

    package init(version: UInt64, config: UInt64) {
        self.version = version
        self.config = config
    }

    package var description: String { "\(version).\(config)" }
}
