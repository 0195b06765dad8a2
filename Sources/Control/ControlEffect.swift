package import Keyspace
package import NIOCore
package import Raft
package import Wire

/// What the driver has to do for the controller.
package enum ControlEffect: Sendable {
    /// Tell a node. The answer comes as a report, or by `Controller.answered`.
    case send(ReplicaNotice, to: NodeID)
    /// Write rows as one batch, each on its condition; then call `Controller.wrote`. There is one at a time.
    case write([RowWrite])
    /// Answer an administrator.
    case answer(UInt64, Result<PlacementAnswer, RequestError>)
    /// Something for the log.
    case note(String, ShardID)
}

/// One row to be written, on condition that it still is as it was found.
package struct RowWrite: Sendable {
    package var key: Key
    /// What is to be there.
    package var value: ByteBuffer
    /// What it must be of; nil: there must be none.
    package var expects: Timestamp?

    package init(key: Key, value: ByteBuffer, expects: Timestamp?) {
        self.key = key
        self.value = value
        self.expects = expects
    }
}

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

    package init() {}
}
