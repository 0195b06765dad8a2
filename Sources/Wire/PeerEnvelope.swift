package import Raft

/// A Raft message with its way: whose log, from which replica, to which (rule 29).
package struct PeerEnvelope: Sendable {
    package var shard: ShardID
    /// The sending replica; its node must be the one at the other end of the connection.
    package var from: Member
    /// The receiving replica; a message to another replica id of the shard is not for whoever is there now.
    package var to: Member
    package var message: Message<EncodedEntry>

    package init(shard: ShardID, from: Member, to: Member, message: Message<EncodedEntry>) {
        self.shard = shard
        self.from = from
        self.to = to
        self.message = message
    }
}
