package import Keyspace
package import NIOCore
package import Raft
package import Wire

/// The rows that a new placement leader begins with, each with its version.
package struct ControlRows: Sendable {
    /// The nodes, with what their operators say of their machines.
    package var nodes: [(node: NodeID, labels: [String: String])] = []
    /// The map; perhaps older than what leaders report.
    package var shards: [Descriptor] = []
    /// The last operator of each shard that ever had one, running or ended.
    package var operators: [(record: OperatorRecord, version: Timestamp)] = []
    /// What nodes are to do; who is not named serves.
    package var duties: [(node: NodeID, duty: NodeDutyCode, version: Timestamp)] = []
    /// How many voters a shard is to have; nil while nobody has said it.
    package var replication: (factor: UInt8, version: Timestamp)?
    /// Rows that do not read.
    package var unreadable: [UnreadableRow] = []
    /// By the cluster's clock, when the rows were read: how old an operator is.
    package var readMilliseconds: UInt64 = 0

    package init() {}

    /// Takes in one row of the system shard, if it is of interest; rows of nodes are read elsewhere. Nothing may be
    /// planned as if one that does not read were not there.
    package mutating func take(_ key: Key, _ value: ByteBuffer, _ version: Timestamp) {
        do throws(WireError) {
            try read(key, value, version)
        } catch {
            unreadable.append(UnreadableRow(key: key, reason: "\(error)"))
        }
    }

    private mutating func read(_ key: Key, _ value: ByteBuffer, _ version: Timestamp) throws(WireError) {
        if SystemRow.shards.contains(key) {
            shards.append(try SystemRow.decodeDescriptor(value))
        } else if SystemRow.operators.contains(key) {
            let record = try SystemRow.decodeOperator(value)
            guard record.isKnown else { throw .badValue("priority") }
            operators.append((record, version))
        } else if let node = SystemRow.node(ofDuty: key) {
            duties.append((node, try SystemRow.decodeDuty(value), version))
        } else if key == SystemRow.replication {
            replication = (try SystemRow.decodeReplication(value), version)
        }
    }
}
