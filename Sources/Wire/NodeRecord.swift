/// What the system shard keeps of a node, under `nodes/<id>`.
package struct NodeRecord: Sendable, Equatable {
    /// `host:port`.
    package var address: String
    /// The data directory that holds the id; another one under the same id is refused (rule 17).
    package var incarnation: UInt64
    /// What placement spreads replicas over, such as `zone` → `a`.
    package var labels: [String: String]

    package init(address: String, incarnation: UInt64, labels: [String: String] = [:]) {
        self.address = address
        self.incarnation = incarnation
        self.labels = labels
    }
}
