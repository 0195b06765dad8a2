import Keyspace
import Raft
import Wire

/// The row of one node in the system shard.
struct NodeRow: Sendable {
    var node: NodeID
    var record: NodeRecord
    var version: Timestamp

    /// Where the node is reached.
    var address: NodeAddress {
        NodeAddress(node: node, address: record.address, incarnation: record.incarnation)
    }

    /// The nodes of `rows`, in id order. A row that does not read is an error, since its node must not be forgotten.
    static func decode(_ rows: [SystemShard.Row]) throws(WireError) -> [NodeRow] {
        var nodes: [NodeRow] = []
        for row in rows {
            guard let node = SystemRow.node(of: row.key) else { continue }
            nodes.append(NodeRow(node: node, record: try SystemRow.decodeNode(row.value), version: row.version))
        }
        return nodes.sorted { $0.node < $1.node }
    }
}
