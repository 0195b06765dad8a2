package import Raft
package import Wire

/// Who acts on what peers send. All calls come on the loop of the `PeerLinks`.
package protocol PeerLinksDelegate: AnyObject {
    /// A channel to `node` is there. `identity` carries its incarnation and the boot of its process.
    func peerConnected(_ node: NodeID, channel: PeerChannel, identity: PeerIdentity)

    /// A channel is gone. `closedByPeer` is the hint of rule 3: the other side ended it, by EOF or reset; false when
    /// this side did, and for a connection that a newer one replaced.
    func peerDisconnected(_ node: NodeID, channel: PeerChannel, closedByPeer: Bool)

    /// One frame. The body is a slice of the read buffer: copy what outlives the call.
    func peer(_ node: NodeID, channel: PeerChannel, received frame: Frame)

    /// The frames of one read have been delivered.
    func peerReadComplete(_ node: NodeID, channel: PeerChannel)
}
