package import Keyspace

/// How a cluster began: its name, its first nodes and its first shards (rule 17). Written durably before anything is
/// created from it; the same bytes on disk and on the wire.
package struct BootstrapRecord: Sendable, Equatable {
    package var cluster: ClusterID
    /// In the order of their ids.
    package var nodes: [NodeAddress]
    /// The system shard first, then the user's shards in key order.
    package var descriptors: [Descriptor]
    /// Milliseconds since 1970.
    package var createdMilliseconds: UInt64

    package init(
        cluster: ClusterID, nodes: [NodeAddress], descriptors: [Descriptor], createdMilliseconds: UInt64
    ) {
        self.cluster = cluster
        self.nodes = nodes
        self.descriptors = descriptors
        self.createdMilliseconds = createdMilliseconds
    }
}
