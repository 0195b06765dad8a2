package import Raft
package import Wire

/// Names a stream at its receiver: numbers are the senders' own.
package struct IncomingKey: Hashable, Sendable {
    /// The sending node.
    package var peer: NodeID
    /// Its number there.
    package var transfer: SnapshotTransfer

    package init(peer: NodeID, transfer: SnapshotTransfer) {
        self.peer = peer
        self.transfer = transfer
    }
}
