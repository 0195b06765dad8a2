package import Raft
package import Wire

/// What the driver has to do for the controller.
package enum ControlEffect: Sendable {
    /// Tell a node. The answer comes as a report, or by `Controller.answered`.
    case send(ReplicaNotice, to: NodeID)
    /// Write rows as one batch, each on its condition; then call `Controller.wrote`. There is one at a time.
    case write([RowWrite])
    /// Read the rows of nodes; then call `Controller.relearn`.
    case readNodes
    /// Answer an administrator.
    case answer(UInt64, Result<PlacementAnswer, RequestError>)
    /// Something for the log.
    case note(String, ShardID)
    /// Something for the log that somebody has to look after.
    case trouble(String)
}
