import Raft
package import Wire

extension PeerLinks: ConnectionOwner {
    /// Only the listener's owner judges introductions.
    package func connection(_: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply {
        HelloReply(outcome: .refused(.other, message: "peers are introduced to the listener"))
    }

    /// What was dialled is installed when its dial is done.
    package func connectionOpened(_ connection: FramedConnection) {}

    /// Passes a peer's frame on.
    package func connection(_ connection: FramedConnection, received frame: Frame) {
        guard let attachment = connection.attachment as? Attachment else { return }
        delegate?.peer(attachment.node, channel: attachment.channel, received: frame)
    }

    /// Passes the end of a peer's read on.
    package func connectionReadComplete(_ connection: FramedConnection) {
        guard let attachment = connection.attachment as? Attachment else { return }
        delegate?.peerReadComplete(attachment.node, channel: attachment.channel)
    }

    /// Tells the delegate, and dials again if this side is the one that dials.
    package func connectionClosed(_ connection: FramedConnection, reason: CloseReason) {
        guard let attachment = connection.attachment as? Attachment else { return }
        let (node, channel) = (attachment.node, attachment.channel)
        if let index = index(of: node), peers[index][channel].connection === connection {
            peers[index][channel].connection = nil
            if reason != .replaced, node < self.node, peers[index].address != nil { redialLater(node, channel) }
        }
        delegate?.peerDisconnected(node, channel: channel, closedByPeer: reason == .closedByPeer)
    }
}
